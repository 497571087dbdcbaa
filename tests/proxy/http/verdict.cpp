#include "tests/proxy/http/verdict.h"

#include <memory>
#include <random>

#include <gtest/gtest.h>

#include "proxy/http/body.h"
#include "proxy/http/connection.h"
#include "proxy/http/framing.h"
#include "proxy/http/request.h"
#include "proxy/http/response.h"
#include "proxy/http/upgrade.h"

namespace wslb::proxy::http {

namespace {

// Feeds one piece to the decoder. Each time from memory of its exact size, so that a sanitizer sees
// the first byte that is read too far.
void read_body(BodyDecoder& decoder, std::string_view piece, Verdict& verdict, int bad_status) {
  const auto exact = std::make_unique<char[]>(piece.size());
  piece.copy(exact.get(), piece.size());
  std::string_view input(exact.get(), piece.size());
  while (true) {
    const BodyDecoder::Step step = decoder.decode(input);
    verdict.body.append(step.data);
    input.remove_prefix(step.consumed);
    if (step.status == BodyDecoder::Status::Bad) {
      verdict.status = bad_status;
      return;
    }
    if (step.status == BodyDecoder::Status::Finished) {
      verdict.status = 200;
      verdict.after.append(input);
      return;
    }
    if (input.empty()) return;
  }
}

// Reads heads from a buffer that lies elsewhere in memory at each call.
template <typename Parser>
class HeadReader {
 public:
  ParseStatus feed(std::string_view piece) {
    received_.append(piece);
    if (received_.size() > 2000) return parser.parse(received_);  // else the test is quadratic
    const auto exact = std::make_unique<char[]>(received_.size());
    received_.copy(exact.get(), received_.size());
    return parser.parse({exact.get(), received_.size()});
  }
  [[nodiscard]] std::string rest() const { return received_.substr(parser.head_bytes()); }

  Parser parser;

 private:
  std::string received_;
};

Framing judge_request(const RequestHead& head, Verdict& verdict) {
  const Framing framing = request_framing(head);
  const UpgradeRequest upgrade = upgrade_request(head, framing);
  if (framing.rejection) verdict.status = framing.rejection.status;
  if (upgrade.rejection) verdict.status = upgrade.rejection.status;
  verdict.head = serialise(head);
  return framing;
}

}  // namespace

Verdict read_request(const Pieces& pieces) {
  Verdict verdict;
  HeadReader<RequestParser> reader;
  std::optional<BodyDecoder> body;
  for (const std::string_view piece : pieces) {
    if (verdict.status == 200) verdict.after.append(piece);
    if (verdict.status != 0) continue;
    if (body) {
      read_body(*body, piece, verdict, 400);
      continue;
    }
    switch (reader.feed(piece)) {
      case ParseStatus::NeedMore:
        break;
      case ParseStatus::Bad:
        verdict.status = reader.parser.rejection().status;
        break;
      case ParseStatus::Complete:
        const std::string rest = reader.rest();
        body = BodyDecoder(judge_request(reader.parser.take_head(), verdict));
        if (verdict.status == 0) read_body(*body, rest, verdict, 400);
        break;
    }
  }
  return verdict;
}

Verdict read_response(const Pieces& pieces, std::string_view request_method) {
  Verdict verdict;
  HeadReader<ResponseParser> reader;
  std::optional<BodyDecoder> body;
  for (const std::string_view piece : pieces) {
    if (verdict.status == 200) verdict.after.append(piece);
    if (verdict.status != 0) continue;
    if (body) {
      read_body(*body, piece, verdict, 502);
      continue;
    }
    switch (reader.feed(piece)) {
      case ParseStatus::NeedMore:
        break;
      case ParseStatus::Bad:
        verdict.status = reader.parser.rejection().status;
        break;
      case ParseStatus::Complete:
        const std::string rest = reader.rest();
        const ResponseHead head = reader.parser.take_head();
        const Framing framing = response_framing(head, request_method);
        body = BodyDecoder(framing);
        verdict.head = serialise(head);
        verdict.status = framing.rejection.status;
        if (verdict.status == 0) read_body(*body, rest, verdict, 502);
        break;
    }
  }
  if (verdict.status == 0 && body && body->end_of_input()) verdict.status = 200;
  return verdict;
}

Verdict read_chunked(const Pieces& pieces) {
  Verdict verdict;
  BodyDecoder body(Framing{.kind = Framing::Kind::Chunked, .length = {}, .rejection = {}});
  for (const std::string_view piece : pieces) {
    if (verdict.status == 200) verdict.after.append(piece);
    if (verdict.status == 0) read_body(body, piece, verdict, 400);
  }
  return verdict;
}

Verdict read_in_all_splits(std::string_view text, const std::function<Verdict(const Pieces&)>& read,
                           int rounds) {
  const Verdict whole = read({text});
  Pieces bytes;
  for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
  EXPECT_EQ(read(bytes), whole) << "byte by byte";
  std::mt19937 random(static_cast<std::uint32_t>(text.size()));
  for (int round = 0; round < rounds; ++round) {
    Pieces pieces;
    const std::size_t size_max = 1 + random() % std::max<std::size_t>(text.size(), 1);
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t size = std::min<std::size_t>(rest.size(), 1 + random() % size_max);
      pieces.push_back(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    EXPECT_EQ(read(pieces), whole) << "random split " << round;
  }
  return whole;
}

}  // namespace wslb::proxy::http
