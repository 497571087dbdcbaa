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

base::IpAddress ip(std::string_view text) {
  return *base::IpAddress::parse(text);
}

TEST(Forwarded, IsANewLineThatTheClientCannotStrip) {
  config::ProxyOptions frontend;
  frontend.forward_for = {.header = "X-Forwarded-For", .except{}, .if_none = false};
  RequestHead head = request_with("Connection: X-Forwarded-For\r\nX-Forwarded-For: 6.6.6.6\r\n");
  replace_hop_by_hop(head.fields, request_framing(head), NextHop::Default);
  add_forwarded(head, frontend, {}, ip("10.0.0.1"), ip("10.0.0.9"));
  EXPECT_EQ(text_of(head.fields), "Host: a\r\nX-Forwarded-For: 10.0.0.1\r\n");

  head = request_with("X-Forwarded-For: 1.2.3.4\r\n");
  add_forwarded(head, frontend, {}, ip("2001:db8::1"), ip("::2"));
  EXPECT_EQ(text_of(head.fields),
            "Host: a\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 2001:db8::1\r\n");
}

TEST(Forwarded, RulesOfBothSides) {
  config::ProxyOptions frontend;
  config::ProxyOptions backend;
  frontend.forward_for = {
      .header = "X-F", .except = base::IpNetwork::parse("10.0.0.0/9"), .if_none = true};
  backend.forward_for = {.header = "X-B", .except = base::IpNetwork::parse("::1"), .if_none = true};
  backend.original_to = {.header = "X-O", .except{}, .if_none = false};
  RequestHead head = request_with("");
  add_forwarded(head, frontend, backend, ip("10.128.0.1"), ip("10.0.0.9"));
  EXPECT_EQ(text_of(head.fields), "Host: a\r\nX-B: 10.128.0.1\r\nX-O: 10.0.0.9\r\n");
  for (const std::string_view excepted : {"10.127.0.1", "::1"}) {
    head = request_with("");
    add_forwarded(head, frontend, backend, ip(excepted), ip("10.0.0.9"));
    EXPECT_EQ(text_of(head.fields), "Host: a\r\nX-O: 10.0.0.9\r\n") << excepted;
  }
  head = request_with("x-b: there\r\n");
  add_forwarded(head, frontend, backend, ip("10.128.0.1"), ip("10.0.0.9"));
  EXPECT_EQ(text_of(head.fields), "Host: a\r\nx-b: there\r\nX-O: 10.0.0.9\r\n");
}

}  // namespace
}  // namespace wslb::proxy::http
