#include "proxy/http/connection.h"

#include <gtest/gtest.h>

#include "proxy/http/forwarded.h"
#include "tests/proxy/http/heads.h"

namespace wslb::proxy::http {
namespace {

std::string sent(std::string_view fields, NextHop next = NextHop::Default) {
  RequestHead head = request_with(fields);
  replace_hop_by_hop(head.fields, request_framing(head), next);
  return text_of(head.fields);
}

TEST(KeepAlive, FollowsVersionAndConnection) {
  EXPECT_TRUE(keeps_alive(request_with("")));
  EXPECT_FALSE(keeps_alive(request_with("Connection: close\r\n")));
  EXPECT_FALSE(keeps_alive(request_with("Connection: keep-alive, Close\r\n"))) << "close wins";
  EXPECT_FALSE(keeps_alive(request_with("Connection: x\r\nConnection: close\r\n")));
  EXPECT_TRUE(keeps_alive(request_with("Connection: closed\r\n")));
  EXPECT_FALSE(keeps_alive(parse_request("GET / HTTP/1.0\r\n\r\n")));
  EXPECT_TRUE(keeps_alive(parse_request("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")));
  EXPECT_FALSE(keeps_alive(parse_response("HTTP/1.0 200 OK\r\n\r\n")));
  EXPECT_TRUE(keeps_alive(parse_response("HTTP/1.1 200 OK\r\n\r\n")));
}

TEST(HopByHop, EndsHere) {
  EXPECT_EQ(sent("Connection: keep-alive\r\nKeep-Alive: timeout=5\r\nProxy-Connection: x\r\n"
                 "TE: trailers\r\nTrailer: Foo\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\nA: b\r\n"),
            "Host: a\r\nA: b\r\n");
}

TEST(HopByHop, ListedFieldsGoToo) {
  EXPECT_EQ(sent("Connection: close, foo\r\nConnection: BAR,,\r\nFoo: 1\r\nbar: 2\r\nBaz: 3\r\n"),
            "Host: a\r\nBaz: 3\r\n");
}

TEST(HopByHop, NoListingStripsWhatGivesTheMessageItsMeaning) {
  EXPECT_EQ(
      sent("Connection: host, content-length, cookie\r\nContent-Length: 3\r\nCookie: x=y\r\n"),
      "Host: a\r\nCookie: x=y\r\nContent-Length: 3\r\n");
  EXPECT_EQ(sent("Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n"),
            "Host: a\r\nTransfer-Encoding: chunked\r\n");
}

TEST(HopByHop, TellsTheNextHop) {
  EXPECT_EQ(sent("Connection: keep-alive\r\n", NextHop::Close), "Host: a\r\nConnection: close\r\n");
  EXPECT_EQ(sent("", NextHop::KeepAlive), "Host: a\r\nConnection: keep-alive\r\n");
  EXPECT_EQ(
      sent("Connection: Upgrade, X\r\nUpgrade: h2c, websocket\r\nX: y\r\n", NextHop::WebSocket),
      "Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n");
}

TEST(ForwardedFor, IsANewLineThatTheClientCannotStrip) {
  RequestHead head = request_with("Connection: X-Forwarded-For\r\nX-Forwarded-For: 6.6.6.6\r\n");
  replace_hop_by_hop(head.fields, request_framing(head), NextHop::Default);
  add_forwarded_for(head, {}, *base::IpAddress::parse("10.0.0.1"));
  EXPECT_EQ(text_of(head.fields), "Host: a\r\nX-Forwarded-For: 10.0.0.1\r\n");

  head = request_with("X-Forwarded-For: 1.2.3.4\r\n");
  add_forwarded_for(head, {}, *base::IpAddress::parse("2001:db8::1"));
  EXPECT_EQ(text_of(head.fields),
            "Host: a\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 2001:db8::1\r\n");

  head = request_with("");
  add_forwarded_for(head, {.header = "X-Client"}, *base::IpAddress::parse("10.0.0.1"));
  EXPECT_EQ(text_of(head.fields), "Host: a\r\nX-Client: 10.0.0.1\r\n");
}

}  // namespace
}  // namespace wslb::proxy::http
