// Heads for tests, parsed from text; the text must be legal.
#pragma once

#include <string>
#include <string_view>

#include "proxy/http/request.h"
#include "proxy/http/response.h"

namespace wslb::proxy::http {

// `fields`: lines with CRLF. "GET / HTTP/1.1" and "Host: a" come before them.
RequestHead request_with(std::string_view fields);
RequestHead parse_request(std::string_view text);
ResponseHead parse_response(std::string_view text);

// "name: value" lines with CRLF, without the empty line.
std::string text_of(const Fields& fields);

}  // namespace wslb::proxy::http
