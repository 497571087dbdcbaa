// BodyDecoder in chunks on any bytes: no crash, the same data and verdict in any split, and the
// data chunked anew is read back the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "proxy/http/body.h"

namespace {

using namespace wslb::proxy::http;

struct Outcome {
  BodyDecoder::Status status = BodyDecoder::Status::More;
  std::size_t consumed = 0;
  std::string body;

  bool operator==(const Outcome&) const = default;
};

void require(bool holds) {
  if (!holds) std::abort();
}

Outcome read(std::string_view text, std::size_t step) {
  BodyDecoder decoder(Framing{.kind = Framing::Kind::Chunked, .length = {}, .rejection = {}});
  Outcome outcome;
  while (!text.empty() && outcome.status == BodyDecoder::Status::More) {
    std::string_view piece = text.substr(0, step);
    while (!piece.empty() && outcome.status == BodyDecoder::Status::More) {
      const BodyDecoder::Step one = decoder.decode(piece);
      require(one.consumed <= piece.size() && one.data.size() <= one.consumed);
      require(one.consumed > 0 || one.status == BodyDecoder::Status::Bad);
      outcome.status = one.status;
      outcome.consumed += one.consumed;
      outcome.body.append(one.data);
      piece.remove_prefix(one.consumed);
      text.remove_prefix(one.consumed);
    }
  }
  require(decoder.end_of_input() == (outcome.status == BodyDecoder::Status::Finished));
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const Outcome whole = read(text, text.size() + 1);
  require(read(text, 1) == whole);
  require(read(text, 5) == whole);
  if (whole.status == BodyDecoder::Status::Finished) {
    std::string again;
    append_chunk(again, whole.body);
    again.append(kLastChunk);
    require(read(again, again.size()).body == whole.body);
  }
  return 0;
}
