#include "proxy/http/response.h"

#include <gtest/gtest.h>

#include "tests/proxy/http/heads.h"

namespace wslb::proxy::http {
namespace {

TEST(Response, ShowsItsParts) {
  const ResponseHead head = parse_response("HTTP/1.0 404 Not Here\r\nFoo: bar\r\n\r\n");
  EXPECT_EQ(head.status, 404);
  EXPECT_EQ(head.reason, "Not Here");
  EXPECT_EQ(head.version, Version::Http10);
  EXPECT_EQ(head.fields.find("foo"), "bar");
  EXPECT_FALSE(head.is_interim());
}

TEST(Response, IsWrittenAsHttp11) {
  EXPECT_EQ(serialise(parse_response("HTTP/1.0 200\nA:b\n\n")), "HTTP/1.1 200 \r\nA: b\r\n\r\n");
}

TEST(Response, InterimIsReadBeforeTheFinalOne) {
  const std::string text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
  std::string_view rest = text;
  ResponseParser parser;
  ASSERT_EQ(parser.parse(rest), ParseStatus::Complete);
  rest.remove_prefix(parser.head_bytes());
  EXPECT_TRUE(parser.take_head().is_interim());
  ASSERT_EQ(parser.parse(rest), ParseStatus::Complete);
  EXPECT_EQ(parser.take_head().status, 200);
}

TEST(Response, SwitchingProtocolsIsFinal) {
  EXPECT_FALSE(parse_response("HTTP/1.1 101 Switching Protocols\r\n\r\n").is_interim());
}

}  // namespace
}  // namespace wslb::proxy::http
