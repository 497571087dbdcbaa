// The part of samples that is found in the heads of messages. Used by sample.cpp only.
#pragma once

#include <functional>
#include <string_view>

#include "config/sample.h"
#include "proxy/http/fields.h"
#include "proxy/http/request.h"

namespace wslb::proxy::http {

// Each returns whether `visit` returned true for one of the values, and stops there.
using VisitText = std::function<bool(std::string_view)>;

// The values of the fields of that name, each cut at its commas or whole.
enum class Cut : bool { AtCommas, Nowhere };
bool any_field(const Fields& fields, std::string_view name, Cut cut, const VisitText& visit);

// The values of that cookie in `Cookie`, or in `Set-Cookie`; an empty name: of all cookies.
bool any_request_cookie(const Fields& fields, std::string_view name, const VisitText& visit);
bool any_response_cookie(const Fields& fields, std::string_view name, const VisitText& visit);

// The values of that parameter of the query, undecoded; an empty name: of all parameters.
bool any_parameter(std::string_view target, std::string_view name, const VisitText& visit);
// Of a form in a body.
bool any_form_parameter(std::string_view form, std::string_view name, const VisitText& visit);

}  // namespace wslb::proxy::http
