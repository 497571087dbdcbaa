#include "proxy/http/body.h"

#include <gtest/gtest.h>

#include "tests/proxy/http/verdict.h"

namespace wslb::proxy::http {
namespace {

using Kind = Framing::Kind;
using Status = BodyDecoder::Status;

Framing framing(Kind kind, std::optional<std::uint64_t> length = {}) {
  return {.kind = kind, .length = length, .rejection = {}};
}

TEST(BodyDecoder, LengthEndsAtItsLastByte) {
  BodyDecoder body(framing(Kind::Length, 5));
  BodyDecoder::Step step = body.decode("ab");
  EXPECT_EQ(step.status, Status::More);
  EXPECT_EQ(step.data, "ab");
  EXPECT_EQ(body.remaining(), 3U);
  step = body.decode("cdeGET /");
  EXPECT_EQ(step.status, Status::Finished);
  EXPECT_EQ(step.data, "cde");
  EXPECT_EQ(step.consumed, 3U) << "what follows is the next message";
  EXPECT_EQ(body.decode("GET /").consumed, 0U);
  EXPECT_TRUE(body.end_of_input());
}

TEST(BodyDecoder, NothingToReadIsFinishedAtOnce) {
  EXPECT_TRUE(BodyDecoder().finished());
  EXPECT_TRUE(BodyDecoder(framing(Kind::None)).finished());
  EXPECT_TRUE(BodyDecoder(framing(Kind::Length, 0)).finished());
  EXPECT_FALSE(BodyDecoder(framing(Kind::Chunked)).finished());
}

TEST(BodyDecoder, TruncationIsNoEnd) {
  BodyDecoder length(framing(Kind::Length, 5));
  length.decode("abcd");
  EXPECT_FALSE(length.end_of_input());

  for (const char* text : {"", "3\r\nab", "3\r\nabc", "3\r\nabc\r\n", "3\r\nabc\r\n0\r\n"}) {
    BodyDecoder chunked(framing(Kind::Chunked));
    std::string_view rest = text;
    while (!rest.empty()) rest.remove_prefix(chunked.decode(rest).consumed);
    EXPECT_FALSE(chunked.end_of_input()) << text;
  }
}

TEST(BodyDecoder, UntilCloseEndsWithTheConnection) {
  BodyDecoder body(framing(Kind::UntilClose));
  EXPECT_EQ(body.decode("abc").data, "abc");
  EXPECT_FALSE(body.finished());
  EXPECT_TRUE(body.end_of_input());
  EXPECT_TRUE(body.finished());
}

TEST(BodyDecoder, ChunkLineAndDataComeInOneStep) {
  BodyDecoder body(framing(Kind::Chunked));
  const BodyDecoder::Step step = body.decode("5\r\nhello\r\n0\r\n\r\n");
  EXPECT_EQ(step.data, "hello");
  EXPECT_EQ(step.consumed, 8U);
}

TEST(BodyDecoder, NoDataBehindAFault) {
  BodyDecoder body(framing(Kind::Chunked));
  EXPECT_EQ(body.decode("zz").status, Status::Bad);
  EXPECT_EQ(body.decode("3\r\nabc\r\n").status, Status::Bad);
  EXPECT_FALSE(body.end_of_input());
}

TEST(BodyDecoder, DataComesOutInAnySplit) {
  const Verdict verdict = read_in_all_splits(
      "5;x=\"y\"\r\nhello\r\n6\r\n world\r\n0\r\nT: v\r\n\r\nGET /next", read_chunked, 50);
  EXPECT_EQ(verdict.status, 200);
  EXPECT_EQ(verdict.body, "hello world");
  EXPECT_EQ(verdict.after, "GET /next");
}

TEST(Chunks, AreWrittenSoThatTheDecoderReadsThem) {
  std::string text;
  append_chunk(text, "hello");
  append_chunk(text, "");
  append_chunk(text, std::string(300, 'x'));
  text.append(kLastChunk);
  EXPECT_TRUE(text.starts_with("5\r\nhello\r\n12c\r\nxxx")) << text;
  const Verdict verdict = read_chunked({text});
  EXPECT_EQ(verdict.status, 200);
  EXPECT_EQ(verdict.body, "hello" + std::string(300, 'x'));
}

TEST(Chunks, HeaderHoldsTheLargestSize) {
  EXPECT_EQ(ChunkHeader(~std::uint64_t{0}).text(), "ffffffffffffffff\r\n");
  EXPECT_EQ(ChunkHeader(1).text(), "1\r\n");
}

}  // namespace
}  // namespace wslb::proxy::http
