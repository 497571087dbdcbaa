// `capture` lines: what a log line may show of the request's and the response's header.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/proxy_section.h"
#include "proxy/http/fields.h"
#include "proxy/http/log_facts.h"

namespace wslb::proxy::http {

// One value for each line, of the last field of that name; empty where there is none.
Captured capture_headers(const std::vector<config::Capture>& captures, const Fields& fields);

// "NAME=VALUE" of the first cookie whose name begins as the line says; `header` is "Cookie" or
// "Set-Cookie".
std::string capture_cookie(const config::Capture& capture, const Fields& fields,
                           std::string_view header);

}  // namespace wslb::proxy::http
