#include "proxy/http/sample_message.h"

#include <algorithm>

#include "proxy/http/characters.h"
#include "proxy/http/cookie_pair.h"
#include "proxy/http/list.h"

namespace wslb::proxy::http {
namespace {

// Cuts at the separators and shows each part until `visit` returns true.
bool any_part(std::string_view text, std::string_view separators, const VisitText& visit) {
  for (;;) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (visit(text.substr(0, end))) return true;
    if (end == text.size()) return false;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

bool any_field(const Fields& fields, std::string_view name, Cut cut, const VisitText& visit) {
  return std::ranges::any_of(fields.all(), [&](const Field& field) {
    if (!equal_ignoring_case(field.name, name)) return false;
    if (cut == Cut::Nowhere) return visit(field.value);
    return !for_each_element(field.value,
                             [&](std::string_view element) { return !visit(element); });
  });
}

bool any_request_cookie(const Fields& fields, std::string_view name, const VisitText& visit) {
  return std::ranges::any_of(fields.all(), [&](const Field& field) {
    return equal_ignoring_case(field.name, "Cookie") &&
           any_part(field.value, ";,", [&](std::string_view part) {
             const CookiePair pair = CookiePair::parse(part);
             // Of no name in particular those without a value count too.
             if (name.empty()) {
               return part.find('=') != std::string_view::npos && visit(pair.value);
             }
             return pair.name == name && !pair.value.empty() && visit(pair.value);
           });
  });
}

bool any_response_cookie(const Fields& fields, std::string_view name, const VisitText& visit) {
  return std::ranges::any_of(fields.all(), [&](const Field& field) {
    if (!equal_ignoring_case(field.name, "Set-Cookie")) return false;
    const CookiePair pair = CookiePair::parse(field.value.substr(0, field.value.find(';')));
    return (name.empty() || pair.name == name) && visit(pair.value);
  });
}

bool any_parameter(std::string_view target, std::string_view name, const VisitText& visit) {
  const std::size_t query = target.find('?');
  if (query == std::string_view::npos) return false;
  return any_form_parameter(target.substr(query + 1), name, visit);
}

bool any_form_parameter(std::string_view form, std::string_view name, const VisitText& visit) {
  return any_part(form, "&;?", [&](std::string_view part) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) return false;
    const bool wanted = name.empty() || part.substr(0, equals) == name;
    return wanted && visit(part.substr(equals + 1));
  });
}

}  // namespace wslb::proxy::http
