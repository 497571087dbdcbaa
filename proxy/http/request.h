// The head of an HTTP/1.1 request (RFC 9112) and its strict parser. The parser is fed a growing
// buffer in any split; each byte is looked at once and the verdict does not depend on the split.
// It never repairs: what is malformed is Bad. The choices that the RFC leaves open:
//   - a line may end with a bare LF (section 2.2, as HAProxy); a bare CR is Bad everywhere
//   - one empty line before the request line is skipped, a second is Bad
//   - obs-fold, space before a colon, control characters in values: Bad (400)
//   - CONNECT: Bad (501), we are no forward proxy; unknown methods pass
//   - an absolute-form target becomes origin-form and its authority replaces Host (section 3.2.2)
//   - HTTP/1.2 and up count as 1.1 (RFC 9110, section 2.5); another major version: Bad (505)
// The session forwards serialise(head), never the received bytes.
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

struct RequestHead {
  std::string_view method;
  std::string_view target;        // origin-form, or "*" for OPTIONS
  std::string_view request_line;  // as received, for the log
  Version version = Version::Http11;
  Fields fields;  // owns the text of all views; holds exactly one Host unless version is 1.0

  // The target without its query.
  [[nodiscard]] std::string_view path() const { return target.substr(0, target.find('?')); }
};

// The head as it goes to the server. Does not touch hop-by-hop fields: connection.h does.
std::string serialise(const RequestHead& head);

class RequestParser {
 public:
  explicit RequestParser(const Limits& limits = {}) : limits_(limits), lines_(limits) {}

  // `buffer` holds all bytes since the head's begin: those of the last call and new ones behind.
  // It may lie elsewhere in memory than at the last call. After Complete or Bad: take_head() or
  // reset() before the next call.
  ParseStatus parse(std::string_view buffer);

  // After Complete: the bytes of the buffer that the head took; what follows is the body.
  [[nodiscard]] std::size_t head_bytes() const { return lines_.position(); }

  // After Bad: what to answer.
  [[nodiscard]] const Rejection& rejection() const { return rejection_; }

  // After Complete, once: the head. The parser is then ready for the next request.
  RequestHead take_head();

  void reset();

 private:
  ParseStatus bad(int status, std::string_view reason);
  ParseStatus finish(std::string_view buffer);
  Rejection parse_request_line(std::string_view line);
  Rejection check_host();
  Rejection resolve_target();

  Limits limits_;
  HeadLines lines_;
  Rejection rejection_;
  RequestHead head_;
  HeadLines::Span request_line_;
  bool skipped_empty_line_ = false;
};

}  // namespace wslb::proxy::http
