#include "proxy/http/framing.h"

#include <gtest/gtest.h>

#include "tests/proxy/http/heads.h"

namespace wslb::proxy::http {
namespace {

using Kind = Framing::Kind;

// What the corpus refuses is not repeated here.

Framing framing_of(std::string_view fields) {
  return request_framing(request_with(fields));
}

Framing framing_of(std::string_view response, std::string_view method) {
  return response_framing(parse_response(response), method);
}

TEST(RequestFraming, SaysWhereTheBodyEnds) {
  EXPECT_EQ(framing_of("").kind, Kind::None);
  EXPECT_EQ(framing_of("Transfer-Encoding: chunked\r\n").kind, Kind::Chunked);
  const Framing framing = framing_of("Content-Length: 42\r\nContent-Length: 42, 042\r\n");
  EXPECT_EQ(framing.kind, Kind::Length);
  EXPECT_EQ(framing.length, 42U);
}

TEST(RequestFraming, LargestLength) {
  EXPECT_EQ(framing_of("Content-Length: 9223372036854775807\r\n").length, 9223372036854775807U);
  EXPECT_EQ(framing_of("Content-Length: 9223372036854775808\r\n").kind, Kind::Bad);
}

TEST(ResponseFraming, SaysWhereTheBodyEnds) {
  EXPECT_EQ(framing_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "GET").length, 5U);
  EXPECT_EQ(framing_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "GET").kind,
            Kind::Chunked);
  const Framing until_close = framing_of("HTTP/1.1 200 OK\r\n\r\n", "POST");
  EXPECT_EQ(until_close.kind, Kind::UntilClose);
  EXPECT_TRUE(until_close.must_close);
}

TEST(ResponseFraming, NoBody) {
  const auto kind = [](std::string_view status, std::string_view method) {
    return framing_of("HTTP/1.1 " + std::string(status) + " X\r\nContent-Length: 5\r\n\r\n", method)
        .kind;
  };
  for (const char* status : {"100", "101", "103", "204", "304"}) {
    EXPECT_EQ(kind(status, "GET"), Kind::None) << status;
  }
  EXPECT_EQ(kind("200", "HEAD"), Kind::None);
  EXPECT_EQ(kind("200", "head"), Kind::Length) << "methods are case-sensitive";
}

TEST(ResponseFraming, CodingBeatsLengthAndEndsTheConnection) {
  const Framing framing = framing_of(
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "GET");
  EXPECT_EQ(framing.kind, Kind::Chunked);
  EXPECT_TRUE(framing.must_close);
}

TEST(WriteFraming, LeavesOneField) {
  RequestHead head = request_with("Content-Length: 3\r\ncontent-length: 3, 3\r\n");
  write_framing(head.fields, request_framing(head));
  EXPECT_EQ(text_of(head.fields), "Host: a\r\nContent-Length: 3\r\n");

  head = request_with("transfer-encoding: Chunked\r\n");
  write_framing(head.fields, request_framing(head));
  EXPECT_EQ(text_of(head.fields), "Host: a\r\nTransfer-Encoding: chunked\r\n");
}

TEST(WriteFraming, Response) {
  const auto sent = [](std::string_view text, std::string_view method, Version client) {
    ResponseHead head = parse_response(text);
    write_framing(head.fields, framing_for_client(response_framing(head, method), client));
    return text_of(head.fields);
  };
  constexpr auto k11 = Version::Http11;
  const auto* both = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(sent(both, "GET", k11), "Transfer-Encoding: chunked\r\n");
  EXPECT_EQ(sent(both, "GET", Version::Http10), "") << "HTTP/1.0 knows no chunks";
  EXPECT_EQ(sent("HTTP/1.1 304 X\r\nContent-Length: 5\r\n\r\n", "GET", k11),
            "Content-Length: 5\r\n");
  EXPECT_EQ(sent("HTTP/1.1 200 X\r\nContent-Length: 5\r\n\r\n", "HEAD", k11),
            "Content-Length: 5\r\n");
  EXPECT_EQ(sent("HTTP/1.1 204 X\r\nContent-Length: 5\r\n\r\n", "GET", k11), "");
}

TEST(FramingForClient, OnlyABodyWithoutEndClosesTheClient) {
  Framing chunked{.kind = Kind::Chunked, .length = {}, .must_close = true, .rejection = {}};
  EXPECT_FALSE(framing_for_client(chunked, Version::Http11).must_close);
  EXPECT_TRUE(framing_for_client(chunked, Version::Http10).must_close);
  EXPECT_EQ(framing_for_client(chunked, Version::Http10).kind, Kind::UntilClose);
  EXPECT_TRUE(
      framing_for_client(framing_of("HTTP/1.1 200 OK\r\n\r\n", "GET"), Version::Http11).must_close);
}

}  // namespace
}  // namespace wslb::proxy::http
