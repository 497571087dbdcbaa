#include "proxy/http/upgrade.h"

#include <gtest/gtest.h>

#include "tests/proxy/http/heads.h"

namespace wslb::proxy::http {
namespace {

using Asked = UpgradeRequest::Kind;

// RFC 6455, section 1.3.
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
constexpr std::string_view kHandshake =
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

// The malformed handshakes are in the corpus.
UpgradeRequest asked_by(std::string_view fields) {
  const RequestHead head = request_with(std::string(fields) + std::string(kHandshake));
  return upgrade_request(head, request_framing(head));
}

bool answered_by(std::string_view head, Asked kind = Asked::WebSocket) {
  const UpgradeRequest request{kind, {}, std::string(kAccept)};
  return answers_upgrade(parse_response(std::string(head) + "\r\n"), request);
}

TEST(Upgrade, AcceptOfTheRfcsExample) {
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), kAccept);
}

TEST(Upgrade, ValidRequest) {
  const UpgradeRequest request = asked_by("Connection: Upgrade\r\nUpgrade: websocket\r\n");
  EXPECT_EQ(request.kind, Asked::WebSocket);
  EXPECT_EQ(request.accept, kAccept);
  // As Firefox sends it.
  EXPECT_EQ(asked_by("Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n").kind,
            Asked::WebSocket);
  EXPECT_EQ(asked_by("Connection: upgrade\r\nUpgrade: h2c, websocket\r\n").kind, Asked::WebSocket);
  EXPECT_EQ(asked_by("Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n").kind,
            Asked::WebSocket);
}

TEST(Upgrade, OtherRequestsArePlain) {
  EXPECT_EQ(asked_by("").kind, Asked::None);
  EXPECT_EQ(asked_by("Upgrade: websocket\r\n").kind, Asked::None);
  EXPECT_EQ(asked_by("Connection: Upgrade\r\n").kind, Asked::None);
  EXPECT_EQ(asked_by("Connection: Upgrade\r\nUpgrade: h2c\r\n").kind, Asked::None);
  EXPECT_EQ(asked_by("Connection: Upgrade\r\nUpgrade: websocket/13\r\n").kind, Asked::None);
  const RequestHead old =
      parse_request("GET / HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
                    std::string(kHandshake) + "\r\n");
  EXPECT_EQ(upgrade_request(old, request_framing(old)).kind, Asked::None);
}

TEST(Upgrade, OnlyTheRightAnswerMakesATunnel) {
  const std::string accept = "Sec-WebSocket-Accept: " + std::string(kAccept) + "\r\n";
  const std::string upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  const std::string start = "HTTP/1.1 101 Switching Protocols\r\n";
  EXPECT_TRUE(answered_by(start + upgrade + accept));
  EXPECT_TRUE(answered_by(start + "connection: upgrade\r\nupgrade: WebSocket\r\n" + accept));

  EXPECT_FALSE(answered_by(start + upgrade + accept, Asked::None)) << "not asked for";
  EXPECT_FALSE(answered_by("HTTP/1.1 200 OK\r\n" + upgrade + accept));
  EXPECT_FALSE(answered_by("HTTP/1.0 101 X\r\n" + upgrade + accept));
  EXPECT_FALSE(answered_by(start + upgrade)) << "no accept";
  EXPECT_FALSE(answered_by(start + upgrade + accept + accept)) << "two";
  EXPECT_FALSE(answered_by(start + upgrade + "Sec-WebSocket-Accept: c3BQTE1CaVR4YVE5a1lHeno=\r\n"));
  EXPECT_FALSE(answered_by(start + accept)) << "no Upgrade";
  EXPECT_FALSE(answered_by(start + "Connection: Upgrade\r\n" + accept));
  EXPECT_FALSE(answered_by(start + "Connection: Upgrade\r\nUpgrade: h2c\r\n" + accept));
  EXPECT_FALSE(answered_by(start + "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n" + accept));
  EXPECT_FALSE(answered_by(start + "Connection: close\r\nUpgrade: websocket\r\n" + accept));
}

}  // namespace
}  // namespace wslb::proxy::http
