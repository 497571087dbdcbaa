#include "proxy/http/error_reply.h"

#include <gtest/gtest.h>

#include "proxy/http/error_page.h"

namespace wslb::proxy::http {
namespace {

std::string checked(std::string_view text) {
  const auto message = checked_error_file(text);
  return message ? *message : "error: " + message.error().message;
}

TEST(ErrorFile, IsSentAsItIsAndCloses) {
  EXPECT_EQ(checked("HTTP/1.0 503 Down now\r\nX-Mine: yes\r\n\r\nsorry\n"),
            "HTTP/1.0 503 Down now\r\nX-Mine: yes\r\nConnection: close\r\n\r\nsorry\n");
  EXPECT_EQ(checked("HTTP/1.1 404 Gone\nContent-Length: 3\nConnection: keep-alive\n\nabc"),
            "HTTP/1.1 404 Gone\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc");
  EXPECT_EQ(checked(""), "");
}

TEST(ErrorFile, WhatIsNoResponse) {
  EXPECT_TRUE(checked("garbage").starts_with("error: is no HTTP response"));
  EXPECT_TRUE(checked("HTTP/1.1 503 X\r\n").starts_with("error: is no HTTP response"));
  EXPECT_TRUE(checked("HTTP/1.1 503 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                  .starts_with("error: has a Transfer-Encoding"));
  EXPECT_EQ(checked("HTTP/1.1 503 X\r\nContent-Length: 3\r\n\r\nabcdef"),
            "error: announces a Content-Length of 3, but its body has 6 bytes");
  EXPECT_TRUE(checked("HTTP/1.1 503 X\r\n\r\n" + std::string(17000, 'x'))
                  .starts_with("error: is larger than 16384 bytes"));
}

TEST(ErrorReply, TheBackendsComesFirst) {
  config::ProxySection frontend;
  config::ProxySection backend;
  EXPECT_EQ(error_reply(503, "GET", nullptr, frontend), error_page(503, "GET"));
  frontend.error_replies[503].message = "HTTP/1.1 503 F\r\n\r\nbody";
  EXPECT_EQ(error_reply(503, "GET", &backend, frontend), "HTTP/1.1 503 F\r\n\r\nbody");
  EXPECT_EQ(error_reply(503, "HEAD", &backend, frontend), "HTTP/1.1 503 F\r\n\r\n");
  EXPECT_EQ(error_reply(502, "GET", &backend, frontend), error_page(502, "GET"));
  backend.error_replies[503].message = "HTTP/1.1 503 B\r\n\r\n";
  EXPECT_EQ(error_reply(503, "GET", &backend, frontend), "HTTP/1.1 503 B\r\n\r\n");
}

}  // namespace
}  // namespace wslb::proxy::http
