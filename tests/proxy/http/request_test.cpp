#include "proxy/http/request.h"

#include <chrono>

#include <gtest/gtest.h>

#include "tests/proxy/http/heads.h"

namespace wslb::proxy::http {
namespace {

TEST(Request, ShowsItsParts) {
  const RequestHead head =
      parse_request("POST /a/b?c=d HTTP/1.1\r\nHost: x:80\r\nFoo:  bar \r\n\r\n");
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.target, "/a/b?c=d");
  EXPECT_EQ(head.path(), "/a/b");
  EXPECT_EQ(head.version, Version::Http11);
  EXPECT_EQ(head.request_line, "POST /a/b?c=d HTTP/1.1");
  ASSERT_EQ(head.fields.all().size(), 2U);
  EXPECT_EQ(head.fields.find("FOO"), "bar");
  EXPECT_EQ(head.fields.find("Bar"), std::nullopt);
}

TEST(Request, IsWrittenAnewFromItsParts) {
  const RequestHead head = parse_request("\nGET / HTTP/1.2\nHost:a\nFoo:\t x\t\n\n");
  EXPECT_EQ(serialise(head), "GET / HTTP/1.1\r\nHost: a\r\nFoo: x\r\n\r\n");
}

TEST(Request, KeepsHttp10) {
  EXPECT_EQ(serialise(parse_request("GET / HTTP/1.0\r\n\r\n")), "GET / HTTP/1.0\r\n\r\n");
}

TEST(Request, AbsoluteFormBecomesOriginFormAndItsAuthorityTheHost) {
  const auto sent = [](const std::string& line) {
    return serialise(parse_request(line + " HTTP/1.1\r\nHost: evil\r\nFoo: x\r\n\r\n"));
  };
  EXPECT_EQ(sent("GET http://a:81/p?q"), "GET /p?q HTTP/1.1\r\nFoo: x\r\nHost: a:81\r\n\r\n");
  EXPECT_EQ(sent("GET http://a"), "GET / HTTP/1.1\r\nFoo: x\r\nHost: a\r\n\r\n");
  EXPECT_EQ(sent("GET http://a?q"), "GET /?q HTTP/1.1\r\nFoo: x\r\nHost: a\r\n\r\n");
  EXPECT_EQ(sent("OPTIONS http://a"), "OPTIONS * HTTP/1.1\r\nFoo: x\r\nHost: a\r\n\r\n");
  const RequestHead head = parse_request("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n");
  EXPECT_EQ(head.request_line, "GET http://a/ HTTP/1.1") << "the log shows what was sent";
}

TEST(Request, HeadOutlivesBufferAndParser) {
  RequestHead head;
  {
    std::string buffer = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
    RequestParser parser;
    ASSERT_EQ(parser.parse(buffer), ParseStatus::Complete);
    head = parser.take_head();
    buffer.assign(buffer.size(), '#');
  }
  const RequestHead moved = std::move(head);
  EXPECT_EQ(serialise(moved), "GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
}

TEST(Request, PipelinedRequestsAreReadOneByOne) {
  const std::string text =
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
  std::string_view rest = text;
  RequestParser parser;
  ASSERT_EQ(parser.parse(rest), ParseStatus::Complete);
  rest.remove_prefix(parser.head_bytes());
  EXPECT_EQ(parser.take_head().target, "/1");
  ASSERT_EQ(parser.parse(rest), ParseStatus::Complete);
  rest.remove_prefix(parser.head_bytes());
  EXPECT_EQ(parser.take_head().target, "/2");
  EXPECT_EQ(rest, "");
}

TEST(Request, NoiseIsRefusedBeforeALineEnds) {
  RequestParser tls;
  EXPECT_EQ(tls.parse("\x16"), ParseStatus::Bad);
  EXPECT_EQ(tls.rejection().status, 400);
  RequestParser blank;
  EXPECT_EQ(blank.parse(" "), ParseStatus::Bad);
  RequestParser line;
  EXPECT_EQ(line.parse("GET / HTTP/3.0\r\n"), ParseStatus::Bad) << "no need for the fields";
}

TEST(Request, LimitsAreTheCallers) {
  const Limits limits{.head_bytes = 64, .request_line_bytes = 20, .fields = 2};
  const auto status = [&](std::string_view text) {
    RequestParser parser(limits);
    return parser.parse(text) == ParseStatus::Bad ? parser.rejection().status : 0;
  };
  EXPECT_EQ(status("GET /567890 HTTP/1.1\r\nHost: a\r\nB: c\r\n\r\n"), 0);
  EXPECT_EQ(status("GET /5678901 HTTP/1.1\r\nHost: a\r\n\r\n"), 414);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nB: c\r\nD: e\r\n\r\n"), 431);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nB: 345678901234567890123456789012345678\r\n\r\n"),
            431);
}

TEST(Request, ReadingByteByByteIsLinear) {
  // 20 heads of 16 kB in single bytes: 2.5 thousand million looks if each call began anew.
  std::string text = "GET / HTTP/1.1\r\nHost: a\r\nFoo: ";
  text.append(16'000, 'x').append("\r\n\r\n");
  const auto start = std::chrono::steady_clock::now();
  for (int round = 0; round < 20; ++round) {
    RequestParser parser;
    for (std::size_t size = 1; size < text.size(); ++size) {
      ASSERT_EQ(parser.parse(std::string_view(text).substr(0, size)), ParseStatus::NeedMore);
    }
    ASSERT_EQ(parser.parse(text), ParseStatus::Complete);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

}  // namespace
}  // namespace wslb::proxy::http
