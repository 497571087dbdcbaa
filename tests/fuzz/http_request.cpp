// RequestParser, framing, body and upgrade on any bytes: no crash, the same verdict in any split,
// and what is sent on is read back as the same message.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "proxy/http/body.h"
#include "proxy/http/connection.h"
#include "proxy/http/request.h"
#include "proxy/http/upgrade.h"

namespace {

using namespace wslb::proxy::http;

struct Outcome {
  ParseStatus status = ParseStatus::NeedMore;
  int refusal = 0;
  std::size_t head_bytes = 0;
  std::string sent;

  bool operator==(const Outcome&) const = default;
};

void require(bool holds) {
  if (!holds) std::abort();
}

Outcome read(std::string_view text, std::size_t step, RequestHead& head) {
  RequestParser parser;
  Outcome outcome;
  for (std::size_t size = 0; size < text.size() && outcome.status == ParseStatus::NeedMore;) {
    size = std::min(size + step, text.size());
    outcome.status = parser.parse(text.substr(0, size));
  }
  if (outcome.status == ParseStatus::Bad) outcome.refusal = parser.rejection().status;
  if (outcome.status == ParseStatus::Complete) {
    outcome.head_bytes = parser.head_bytes();
    head = parser.take_head();
    outcome.sent = serialise(head);
  }
  return outcome;
}

void forward(RequestHead& head) {
  const Framing framing = request_framing(head);
  const UpgradeRequest upgrade = upgrade_request(head, framing);
  const bool tunnel = upgrade.kind == UpgradeRequest::Kind::WebSocket;
  if (framing.kind == Framing::Kind::Bad) return;
  replace_hop_by_hop(head.fields, framing, tunnel ? NextHop::WebSocket : NextHop::Default);

  // A head may grow by `Connection: Upgrade` and the like, which no limit may forbid here.
  const std::string sent = serialise(head);
  RequestParser parser({.head_bytes = 64 * 1024, .request_line_bytes = 64 * 1024, .fields = 200});
  require(parser.parse(sent) == ParseStatus::Complete);
  require(parser.head_bytes() == sent.size());
  const RequestHead again = parser.take_head();
  require(serialise(again) == sent);
  const Framing reread = request_framing(again);
  require(reread.kind == framing.kind && reread.length == framing.length);
  require(upgrade_request(again, reread).accept == upgrade.accept);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  RequestHead head;
  const Outcome whole = read(text, text.size() + 1, head);
  for (const std::size_t step : {1U, 7U}) {
    RequestHead other;
    require(read(text, step, other) == whole);
  }
  if (whole.status == ParseStatus::Complete) forward(head);
  return 0;
}
