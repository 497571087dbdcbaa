#include "proxy/http/rdp_cookie.h"

#include <string>

#include <gtest/gtest.h>

#include "proxy/http/body_peek.h"

namespace wslb::proxy::http {
namespace {

std::string packet(const std::string& text) {
  return std::string(11, '\x03') + text;
}

TEST(RdpCookie, IsBehindElevenBytes) {
  const std::string text = packet("Cookie:  mstshash=anna\r\nrest");
  EXPECT_EQ(rdp_cookie(text, "mstshash"), "anna");
  EXPECT_EQ(rdp_cookie(text, "MSTSHASH"), "anna");
  EXPECT_EQ(rdp_cookie(text, ""), "anna");
  EXPECT_FALSE(rdp_cookie(text, "msts"));
  EXPECT_FALSE(rdp_cookie(text.substr(1), ""));
  EXPECT_FALSE(rdp_cookie(text.substr(0, 34), ""));  // without the line's end
  EXPECT_FALSE(rdp_cookie(packet("Cookie: mstshash\r\n"), ""));
  EXPECT_FALSE(rdp_cookie("", ""));
}

TEST(RdpCookie, NamesAServer) {
  EXPECT_EQ(rdp_server("3640205228.15629.0000")->to_string(), "172.31.249.216:3389");
  for (const auto* const value :
       {"", "1", "1.2", "4294967296.1.0", "1.65536.0", "-1.2.3", "a.b."}) {
    EXPECT_FALSE(rdp_server(value)) << value;
  }
}

TEST(BodyPeek, SeesABodyThatGrows) {
  Framing framing;
  framing.kind = Framing::Kind::Chunked;
  BodyPeek peek(framing);
  const std::string text = "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nnext";
  for (std::size_t size = 0; size <= text.size(); ++size) peek.see(text.substr(0, size));
  EXPECT_EQ(peek.body(), "abcde");
  EXPECT_TRUE(peek.ended());
}

}  // namespace
}  // namespace wslb::proxy::http
