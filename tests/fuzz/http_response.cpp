// ResponseParser and framing on any bytes: no crash, the same verdict in any split, and what is
// sent on is read back as the same message. The first byte chooses the request's method.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "proxy/http/connection.h"
#include "proxy/http/response.h"
#include "proxy/http/upgrade.h"

namespace {

using namespace wslb::proxy::http;

void require(bool holds) {
  if (!holds) std::abort();
}

ParseStatus read(std::string_view text, std::size_t step, ResponseParser& parser) {
  ParseStatus status = ParseStatus::NeedMore;
  for (std::size_t size = 0; size < text.size() && status == ParseStatus::NeedMore;) {
    size = std::min(size + step, text.size());
    status = parser.parse(text.substr(0, size));
  }
  return status;
}

void forward(ResponseHead& head, std::string_view method) {
  const Framing framing = response_framing(head, method);
  if (framing.kind == Framing::Kind::Bad) return;
  const Framing outgoing = framing_for_client(framing, Version::Http11);
  replace_hop_by_hop(head.fields, outgoing, NextHop::Default);
  const std::string sent = serialise(head);
  ResponseParser parser({.head_bytes = 64 * 1024, .fields = 200});
  require(parser.parse(sent) == ParseStatus::Complete);
  const ResponseHead again = parser.take_head();
  require(serialise(again) == sent);
  const Framing reread = response_framing(again, method);
  require(reread.kind == framing.kind && reread.length == outgoing.length);
  require(!answers_upgrade(again, {}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view method = data[0] % 2 == 0 ? "GET" : "HEAD";
  const std::string text(data + 1, data + size);
  ResponseParser whole;
  const ParseStatus status = read(text, text.size() + 1, whole);
  for (const std::size_t step : {1U, 7U}) {
    ResponseParser split;
    require(read(text, step, split) == status);
    if (status == ParseStatus::Complete) require(split.head_bytes() == whole.head_bytes());
  }
  if (status == ParseStatus::Complete) {
    ResponseHead head = whole.take_head();
    forward(head, method);
  }
  return 0;
}
