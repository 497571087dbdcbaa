#include "tests/proxy/http/heads.h"

#include <gtest/gtest.h>

namespace wslb::proxy::http {

RequestHead parse_request(std::string_view text) {
  RequestParser parser;
  EXPECT_EQ(parser.parse(text), ParseStatus::Complete) << parser.rejection().reason << "\n" << text;
  return parser.take_head();
}

RequestHead request_with(std::string_view fields) {
  return parse_request("GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n");
}

ResponseHead parse_response(std::string_view text) {
  ResponseParser parser;
  EXPECT_EQ(parser.parse(text), ParseStatus::Complete) << parser.rejection().reason << "\n" << text;
  return parser.take_head();
}

std::string text_of(const Fields& fields) {
  std::string text;
  fields.serialise(text);
  text.resize(text.size() - 2);
  return text;
}

}  // namespace wslb::proxy::http
