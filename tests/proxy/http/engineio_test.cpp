#include <gtest/gtest.h>

#include "proxy/http/engineio_handshake.h"
#include "proxy/http/engineio_query.h"

namespace wslb::proxy::http {
namespace {

using namespace std::string_literals;
using Form = EngineIoHandshake::Form;

const std::string kOpen = R"(0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],)"
                          R"("pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})";
const std::string kSid = "lv_VI97HAXpY6yYWAAAC";

std::string read_in_pieces(Form form, const std::string& bytes, std::size_t piece) {
  EngineIoHandshake handshake(form);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    handshake.feed(std::string_view(bytes).substr(at, piece));
  }
  return handshake.sid();
}

// Whole, byte by byte and in others, which must not matter.
std::string read(Form form, const std::string& bytes) {
  const std::string whole = read_in_pieces(form, bytes, bytes.size() + 1);
  for (std::size_t piece = 1; piece < 20; ++piece) {
    EXPECT_EQ(read_in_pieces(form, bytes, piece), whole) << bytes << " in pieces of " << piece;
  }
  return whole;
}

std::string read_body(const std::string& bytes) {
  return read(Form::PollingBody, bytes);
}

std::string frame(unsigned first_byte, const std::string& payload) {
  std::string head(1, static_cast<char>(first_byte));
  if (payload.size() < 126) return head + static_cast<char>(payload.size()) + payload;
  head += {'\x7e', static_cast<char>(payload.size() >> 8U), static_cast<char>(payload.size())};
  return head + payload;
}

std::string read_frames(const std::string& bytes) {
  return read(Form::WebSocket, bytes);
}

TEST(EngineIoBody, OfProtocol4) {
  EXPECT_EQ(read_body(kOpen), kSid);
  EXPECT_EQ(read_body(kOpen + "\x1e" + "40"), kSid);
}

TEST(EngineIoBody, OfProtocol3) {
  EXPECT_EQ(read_body(std::to_string(kOpen.size()) + ":" + kOpen + "2:40"), kSid);
}

TEST(EngineIoBody, OfProtocol3InBinary) {
  EXPECT_EQ(read_body("\0\1\2\7\xff"s + kOpen + "\0\2\xff"s + "40"), kSid);
}

TEST(EngineIoBody, MayHaveTheSidAnywhereInTheObject) {
  EXPECT_EQ(read_body(R"(0{"pingInterval":25000,"upgrades":["a,\"}",{"sid":"no"}],)"
                      R"("x":{"sid":"no"},"y":null, "sid" : "yes" })"),
            "yes");
}

TEST(EngineIoBody, OfAnythingElseHasNone) {
  for (const std::string& body :
       {R"(4{"sid":"a"})"s, R"({"code":0,"message":"Transport unknown"})"s, R"(0["sid","a"])"s,
        R"(0{"sid":5})"s, R"(0{"sid":"a\u0041"})"s, R"(0{"sid":"a b"})"s, R"(0{"sid":""})"s,
        R"(0{"upgrades":[]})"s, R"(0{})"s, R"(0{sid:"a"})"s, R"(0{"a":"b" "sid":"c"})"s,
        R"(0{"a":1],"sid":"c"})"s, R"(12345678901:0{"sid":"a"})"s, "2:40"s, "ok"s,
        "\0\1\0\xff"s + "4", "\0"s + kOpen, "\x1f\x8b\x08" + kOpen,
        R"(0{"sid":")" + std::string(kEngineIoSidBytesMax + 1, 'a') + R"("})"}) {
    EXPECT_EQ(read_body(body), "") << body;
  }
}

TEST(EngineIoBody, IsNotLookedAtForLong) {
  EngineIoHandshake handshake(Form::PollingBody);
  const std::string blanks(EngineIoHandshake::kBytesMax - 1, ' ');
  handshake.feed("0" + blanks.substr(1));
  EXPECT_FALSE(handshake.done());
  handshake.feed(kOpen.substr(1));
  EXPECT_TRUE(handshake.done());
  EXPECT_EQ(handshake.sid(), "");
}

TEST(EngineIoBody, IsKnownBeforeItsEnd) {
  EngineIoHandshake handshake(Form::PollingBody);
  handshake.feed(R"(0{"sid":"abc)");
  EXPECT_FALSE(handshake.done());
  handshake.feed("\"");
  EXPECT_TRUE(handshake.done());
  EXPECT_EQ(handshake.sid(), "abc");
}

TEST(EngineIoFrames, AreOneTextMessage) {
  EXPECT_EQ(read_frames(frame(0x81, kOpen)), kSid);
  EXPECT_EQ(read_frames(frame(0x81, R"(0{"sid":"abc"})") + frame(0x81, "40")), "abc");
}

TEST(EngineIoFrames, MayBeFragmentedAndHaveControlFramesBetween) {
  EXPECT_EQ(read_frames(frame(0x89, "ping") + frame(0x01, kOpen.substr(0, 12)) + frame(0x8a, "") +
                        frame(0x00, kOpen.substr(12, 3)) + frame(0x80, kOpen.substr(15))),
            kSid);
}

TEST(EngineIoFrames, MayHaveALongLength) {
  EXPECT_EQ(read_frames("\x81\x7f\0\0\0\0\0\0\0\x0f"s + R"(0{"sid":"abcd"})"), "abcd");
  EXPECT_EQ(read_frames("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff"s + kOpen), kSid);
}

TEST(EngineIoFrames, OfAnythingElseHaveNone) {
  for (const std::string& bytes :
       {frame(0x82, kOpen), frame(0xc1, kOpen), frame(0x88, kOpen), frame(0x80, kOpen),
        frame(0x81, "2probe") + frame(0x81, kOpen), frame(0x81, "0{\"sid\":\"a") + kOpen,
        "\x81\x85"s + kOpen, "\x81\x00"s + kOpen}) {
    EXPECT_EQ(read_frames(bytes), "") << bytes;
  }
}

TEST(EngineIoQuery, HasTheSid) {
  EXPECT_EQ(engineio_sid("/socket.io/?EIO=4&transport=polling&t=abc&sid=lv_VI97H"), "lv_VI97H");
  EXPECT_EQ(engineio_sid("/socket.io/?sid=a%2Bb&EIO=4"), "a+b");
  for (const std::string target :
       {"/socket.io/", "/socket.io/?", "/socket.io/?EIO=4", "/?sid=", "/?sid", "/?xsid=a",
        "/?sidx=a", "/sid=a", "/?sid=%", "*", "/?&&&"}) {
    EXPECT_EQ(engineio_sid(target), std::nullopt) << target;
  }
  EXPECT_EQ(engineio_sid("/?sid=" + std::string(kEngineIoSidBytesMax + 1, 'a')), std::nullopt);
}

TEST(EngineIoQuery, SaysWhichRequestsOpenASession) {
  EXPECT_TRUE(opens_engineio("/socket.io/?EIO=4&transport=polling&t=abc"));
  EXPECT_TRUE(opens_engineio("/chat?transport=websocket&EIO=3"));
  EXPECT_FALSE(opens_engineio("/socket.io/?EIO=4&transport=polling&sid=abc"));
  EXPECT_FALSE(opens_engineio("/socket.io/?EIO=4&transport=webtransport"));
  EXPECT_FALSE(opens_engineio("/socket.io/?transport=polling"));
  EXPECT_FALSE(opens_engineio("/socket.io/"));
}

}  // namespace
}  // namespace wslb::proxy::http
