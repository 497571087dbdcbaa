// The head of an HTTP/1.1 response (RFC 9112, section 4) and its strict parser, fed like
// RequestParser. What is malformed is Bad with status 502: the client gets that instead, and the
// connection to the server is closed. Interim responses (1xx) are heads of their own: forward each,
// except to an HTTP/1.0 client, and parse on. Unlike before a request, no empty line is skipped.
// `HTTP/1.1 200` without the blank before an empty reason is accepted, since servers send it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "proxy/http/fields.h"
#include "proxy/http/head_lines.h"
#include "proxy/http/limits.h"
#include "proxy/http/rejection.h"
#include "proxy/http/version.h"

namespace wslb::proxy::http {

struct ResponseHead {
  int status = 0;           // 100 .. 599
  std::string_view reason;  // may be empty
  Version version = Version::Http11;
  Fields fields;  // owns the text of all views

  // 1xx that another response follows; 101 is final, a tunnel follows.
  [[nodiscard]] bool is_interim() const { return status < 200 && status != 101; }
};

// The head as it goes to the client, always as HTTP/1.1 (RFC 9112, section 2.3).
std::string serialise(const ResponseHead& head);

class ResponseParser {
 public:
  explicit ResponseParser(const Limits& limits = {}) : lines_(limits) {}

  // As RequestParser::parse().
  ParseStatus parse(std::string_view buffer);
  [[nodiscard]] std::size_t head_bytes() const { return lines_.position(); }
  [[nodiscard]] const Rejection& rejection() const { return rejection_; }
  ResponseHead take_head();
  void reset();

 private:
  ParseStatus bad(std::string_view reason);
  ParseStatus finish(std::string_view buffer);
  Rejection parse_status_line(std::string_view line);

  HeadLines lines_;
  Rejection rejection_;
  ResponseHead head_;
  HeadLines::Span reason_;
};

}  // namespace wslb::proxy::http
