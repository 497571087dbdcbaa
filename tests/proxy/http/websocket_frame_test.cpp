// Where frames end (RFC 6455, section 5.2): the same in any split.
#include "proxy/http/websocket_frame.h"

#include <gtest/gtest.h>

namespace wslb::proxy::http {
namespace {

using std::string_view_literals::operator""sv;

constexpr auto kHello = "\x81\x05Hello"sv;                                       // section 5.7
constexpr auto kMaskedHello = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"sv;  // the same
constexpr auto kEmpty = "\x82\x00"sv;

struct Result {
  std::size_t boundaries = 0;
  bool at_boundary = false;
  bool closed = false;
  bool broken = false;
  bool operator==(const Result&) const = default;
};

Result read(WebSocketSender sender, std::string_view data, std::size_t step) {
  WebSocketFrames frames(sender);
  Result result;
  for (; !data.empty(); data.remove_prefix(std::min(step, data.size()))) {
    if (frames.feed(data.substr(0, step))) ++result.boundaries;
  }
  result.at_boundary = frames.at_boundary();
  result.closed = frames.closed();
  result.broken = frames.broken();
  return result;
}

TEST(WebSocketFrames, EndWhereTheirLengthSays) {
  const std::string all = std::string(kHello) + std::string(kEmpty) + std::string(kHello);
  EXPECT_EQ(read(WebSocketSender::Server, all, 1), (Result{3, true, false, false}));
  WebSocketFrames frames(WebSocketSender::Server);
  EXPECT_EQ(frames.feed(all.substr(0, 10)), 9U) << "behind the empty frame";
  EXPECT_FALSE(frames.at_boundary());
  EXPECT_EQ(frames.feed(all.substr(10)), 6U);
  EXPECT_TRUE(frames.at_boundary());
}

TEST(WebSocketFrames, MaskedOnesComeFromClientsOnly) {
  EXPECT_TRUE(read(WebSocketSender::Client, kMaskedHello, 3).at_boundary);
  EXPECT_TRUE(read(WebSocketSender::Server, kMaskedHello, 3).broken);
  EXPECT_TRUE(read(WebSocketSender::Client, kHello, 3).broken);
}

TEST(WebSocketFrames, MayBeLong) {
  const std::string payload(70000, 'x');
  const std::string middle = "\x82\x7e\xff\xff" + payload.substr(0, 65535);
  const std::string huge = std::string("\x82\x7f\0\0\0\0\0\x01\x11\x70"sv) + payload;
  for (const std::size_t step : {1U, 7U, 100000U}) {
    EXPECT_TRUE(read(WebSocketSender::Server, middle, step).at_boundary);
    EXPECT_TRUE(read(WebSocketSender::Server, huge, step).at_boundary);
    EXPECT_FALSE(read(WebSocketSender::Server, huge.substr(0, 70009), step).at_boundary);
  }
}

TEST(WebSocketFrames, NothingFollowsAClose) {
  const Result result =
      read(WebSocketSender::Server, std::string(kHello) + close_frame(1000) + "junk", 100);
  EXPECT_EQ(result, (Result{0, false, true, false}));
}

TEST(WebSocketFrames, WhatIsNoFrameIsPassedOver) {
  for (const auto bad : {"GET / HTTP/1.1\r\n"sv, "\x83\x00"sv, "\x09\x00"sv, "\x89\x7e\x00\x80"sv,
                         "\xb1\x00"sv, "\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff"sv}) {
    const Result result = read(WebSocketSender::Server, bad, 1);
    EXPECT_TRUE(result.broken);
    EXPECT_FALSE(result.at_boundary);
  }
}

TEST(WebSocketFrames, OursAreLegal) {
  EXPECT_EQ(close_frame(kCloseGoingAway), "\x88\x02\x03\xe9"sv);
  EXPECT_EQ(ping_frame(), "\x89\x00"sv);
  const std::string masked = masked_close_frame(kCloseServiceRestart, 0x01020304);
  EXPECT_EQ(masked, "\x88\x82\x01\x02\x03\x04\x02\xf6"sv) << "1012 is 03 f4";
  EXPECT_TRUE(read(WebSocketSender::Client, masked, 1).closed);
}

}  // namespace
}  // namespace wslb::proxy::http
