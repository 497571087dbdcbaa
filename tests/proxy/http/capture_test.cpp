#include "proxy/http/capture.h"

#include <gtest/gtest.h>

#include "proxy/http/counted_size.h"
#include "tests/proxy/http/heads.h"

namespace wslb::proxy::http {
namespace {

TEST(Capture, HeadersAndCookies) {
  const RequestHead head = parse_request(
      "GET / HTTP/1.1\r\nHost: h\r\nUser-Agent: aa\r\nuser-agent: bb, cc\r\n"
      "Cookie: a=1; session=zzzzzz; sess=2\r\n\r\n");
  EXPECT_EQ(capture_headers({{"User-Agent", 4}, {"Missing", 9}}, head.fields),
            (Captured{"bb, ", ""}));
  EXPECT_EQ(capture_cookie({"sess", 11}, head.fields, "Cookie"), "session=zzz");
  EXPECT_EQ(capture_cookie({"x", 11}, head.fields, "Cookie"), "");
  const ResponseHead response =
      parse_response("HTTP/1.1 200 OK\r\nSet-Cookie: b=1; path=/\r\nSet-Cookie: path=2\r\n\r\n");
  EXPECT_EQ(capture_cookie({"path", 20}, response.fields, "Set-Cookie"), "path=2");
}

// The figures are HAProxy's.
TEST(CountedSize, AsHaproxyCounts) {
  const RequestHead request = parse_request(
      "GET /foo/bar?x=1&y=2 HTTP/1.1\r\nHost: h:80\r\nUser-Agent: a\"b]c\\d#e\r\n"
      "Connection: close\r\n\r\n");
  EXPECT_EQ(counted_size(request), 75U);
  const ResponseHead response = parse_response(
      "HTTP/1.1 200 OK\r\nServer: x\"y]z\\\r\nX-Two: a\r\nContent-Length: 5\r\n"
      "Set-Cookie: sess=abc123; path=/\r\n\r\n");
  EXPECT_EQ(counted_size(response), 96U);  // and 5 of the body
  const std::string page(93, 'x');
  EXPECT_EQ(counted_size("HTTP/1.1 403 Forbidden\r\ncontent-length: 93\r\ncache-control: no-cache"
                         "\r\ncontent-type: text/html\r\n\r\n" +
                         page),
            192U);
}

}  // namespace
}  // namespace wslb::proxy::http
