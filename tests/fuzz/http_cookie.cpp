// The cookie edits on any legal field values, one for each line: no crash, a stripped cookie is
// gone, a prefix put on is taken off again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "proxy/http/characters.h"
#include "proxy/http/cookie.h"

namespace {

using namespace wslb::proxy::http;
using wslb::config::CookieRule;

void require(bool holds) {
  if (!holds) std::abort();
}

// Adds each line of `text` as a field of that name; false: one of them is no legal value.
bool add_lines(Fields& fields, std::string_view name, std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (!all(kValueChar, line)) return false;
    fields.add(name, trimmed(line));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return true;
}

void check_request(std::string_view text) {
  RequestHead head;
  if (!add_lines(head.fields, "Cookie", text)) return;
  const CookieRule prefix{"io", CookieRule::Kind::Prefix, true, true};
  const auto before = find_cookie(head.fields, "x");
  const std::chrono::sys_seconds now{std::chrono::seconds(1'700'000'000)};
  for (const auto& cookie : server_cookies(head, prefix, now)) {
    require(cookie.server.find('~') == std::string_view::npos);
  }
  hide_cookie(head, prefix);
  CookieRule insert{"SRV", CookieRule::Kind::Insert, true, true};
  insert.max_idle = insert.max_life = std::chrono::hours(1);
  (void)server_cookies(head, insert, now);
  hide_cookie(head, insert);
  require(!find_cookie(head.fields, "SRV"));
  require(server_cookies(head, insert, now).empty());
  require(find_cookie(head.fields, "x") == before);
}

void check_response(std::string_view text) {
  for (const auto kind :
       {CookieRule::Kind::Insert, CookieRule::Kind::Prefix, CookieRule::Kind::Rewrite}) {
    ResponseHead head;
    head.status = 200;
    if (!add_lines(head.fields, "Set-Cookie", text)) return;
    if (!add_lines(head.fields, "Cache-Control", text)) return;
    const auto fields_before = head.fields.all().size();
    answer_cookie(head, {"io", kind, false, true}, {"a", false, "GET"});
    require(head.fields.all().size() <= fields_before + 2);
    for (const Field& field : head.fields.all()) require(all(kValueChar, field.value));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  check_request(text);
  check_response(text);
  return 0;
}
