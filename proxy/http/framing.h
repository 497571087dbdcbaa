// Where a message's body ends (RFC 9112, section 6.3). These two functions are the only place that
// decides it; every disagreement about it between two hosts is a request smuggled. Choices:
//   - request with Content-Length and Transfer-Encoding: Bad (400); response: the coding counts,
//     the length is dropped and the server's connection closed after it
//   - Transfer-Encoding in HTTP/1.0: Bad; `chunked` exactly once and alone, else 400 or 501
//   - equal Content-Lengths collapse into one; differing, empty or non-digit ones: Bad
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/http/fields.h"
#include "proxy/http/rejection.h"
#include "proxy/http/request.h"
#include "proxy/http/response.h"

namespace wslb::proxy::http {

struct Framing {
  enum class Kind : std::uint8_t { None, Length, Chunked, UntilClose, Bad };

  Kind kind = Kind::None;
  // Length: the body's bytes. None: what the answer to HEAD or a 304 announces without sending it.
  std::optional<std::uint64_t> length;
  bool must_close = false;  // the connection that it came from cannot be used again
  Rejection rejection;      // Bad: 400 or 501 for a request, 502 for a response
};

Framing request_framing(const RequestHead& head);

// `request_method`: of the request that this response answers.
Framing response_framing(const ResponseHead& head, std::string_view request_method);

// How a response so framed is sent to a client of that version: HTTP/1.0 knows no chunks, so the
// body is sent bare and the connection closed behind it.
Framing framing_for_client(const Framing& from_server, Version client);

// Replaces Content-Length and Transfer-Encoding by the one field that says the framing, or none.
void write_framing(Fields& fields, const Framing& framing);

}  // namespace wslb::proxy::http
