#include "proxy/http/rule_edit.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "proxy/http/characters.h"
#include "proxy/http/host.h"
#include "proxy/http/list.h"
#include "proxy/http/rule_text.h"

// Fields and the request line are edited apart.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum"

namespace wslb::proxy::http {
namespace {

using config::Action;
using config::HttpRule;

bool is_legal(std::string_view name, std::string_view value) {
  if (equal_ignoring_case(name, "Host")) return is_host_and_port(value);
  return is_value(value);
}

void set_legal(Fields& fields, std::size_t index, std::string_view value) {
  value = trimmed(value);
  if (is_legal(fields.all()[index].name, value)) fields.set_value(index, value);
}

// Of del-header with `-m`. What the proxy decides about itself stays.
bool is_meant(const HttpRule& rule, std::string_view name) {
  constexpr auto kOwn = std::to_array<std::string_view>(
      {"host", "content-length", "transfer-encoding", "connection", "upgrade", "keep-alive",
       "proxy-connection", "te", "trailer", "http2-settings"});
  std::string small(name);
  std::ranges::transform(small, small.begin(), lower);
  if (std::ranges::count(kOwn, small) > 0) return false;
  if (rule.match == config::Match::Regex) return rule.regex->matches(small);
  std::string wanted = rule.name;
  std::ranges::transform(wanted, wanted.begin(), lower);
  if (rule.match == config::Match::Prefix) return small.starts_with(wanted);
  if (rule.match == config::Match::Suffix) return small.ends_with(wanted);
  return small.find(wanted) != std::string::npos;
}

void replace_whole(const HttpRule& rule, const std::string& replacement, Fields& fields) {
  for (std::size_t i = 0; i < fields.all().size(); ++i) {
    if (!equal_ignoring_case(fields.all()[i].name, rule.name)) continue;
    std::string value;
    if (rule.regex->compose(fields.all()[i].value, {.text = replacement}, value)) {
      set_legal(fields, i, value);
    }
  }
}

void replace_elements(const HttpRule& rule, const std::string& replacement, Fields& fields) {
  constexpr std::size_t kValueBytesMax = 16 * 1024;
  for (std::size_t i = 0; i < fields.all().size(); ++i) {
    if (!equal_ignoring_case(fields.all()[i].name, rule.name)) continue;
    const std::string_view old = fields.all()[i].value;
    std::string value;
    std::size_t copied = 0;  // bytes of `old`
    for_each_element(old, [&](std::string_view element) {
      std::string replaced;
      if (!rule.regex->compose(element, {.text = replacement}, replaced)) return true;
      const auto begin = static_cast<std::size_t>(element.data() - old.data());
      // The spaces around what is replaced go with it.
      value.append(trimmed(old.substr(copied, begin - copied))).append(replaced);
      copied = std::min(old.find_first_not_of(" \t", begin + element.size()), old.size());
      return value.size() <= kValueBytesMax;
    });
    value += old.substr(copied);
    if (value.size() <= kValueBytesMax) set_legal(fields, i, value);
  }
}

// The target with another path or query.
std::string with_path(const RequestHead& head, std::string_view path) {
  const std::size_t query = head.target.find('?');
  std::string target(path);
  if (query != std::string_view::npos) target += head.target.substr(query);
  return target;
}

std::string with_query(const RequestHead& head, std::string_view query) {
  if (query.starts_with('?')) query.remove_prefix(1);
  std::string target(head.path());
  if (!query.empty()) target.append("?").append(query);
  return target;
}

void set_target(RequestHead& head, std::string target) {
  constexpr std::size_t kTargetBytesMax = 15 * 1024;
  const bool legal =
      target.starts_with('/') && target.size() <= kTargetBytesMax && all(kTargetChar, target);
  if (legal) head.target = head.fields.keep(std::move(target));
}

void set_method(RequestHead& head, std::string method) {
  // CONNECT would make a tunnel of what the server takes for one.
  if (!is_token(method) || method.size() > 64 || method == "CONNECT") return;
  // The client waits for a body if and only if it did not ask with HEAD.
  if ((method == "HEAD") != (head.method == "HEAD")) return;
  head.method = head.fields.keep(std::move(method));
}

}  // namespace

void edit_fields(const HttpRule& rule, Fields& fields, const Transaction& transaction) {
  std::string value = fill_in(rule.value, transaction);
  switch (rule.action) {
    case Action::SetHeader:
      if (is_legal(rule.name, trimmed(value))) fields.set(rule.name, trimmed(value));
      return;
    case Action::AddHeader:
      if (is_legal(rule.name, trimmed(value))) fields.add(rule.name, trimmed(value));
      return;
    case Action::DeleteHeader:
      fields.remove(rule.name);
      return;
    case Action::DeleteHeaders:
      fields.remove_if([&rule](const Field& field) { return is_meant(rule, field.name); });
      return;
    case Action::ReplaceHeader:
      return replace_whole(rule, value, fields);
    case Action::ReplaceValue:
      return replace_elements(rule, value, fields);
    default:
      return;
  }
}

void edit_request_line(const HttpRule& rule, RequestHead& head, const Transaction& transaction) {
  std::string value = fill_in(rule.value, transaction);
  std::string replaced;
  switch (rule.action) {
    case Action::SetMethod:
      return set_method(head, std::move(value));
    case Action::SetPath:
      return set_target(head, with_path(head, value));
    case Action::SetPathAndQuery:
    case Action::SetUri:
      return set_target(head, std::move(value));
    case Action::SetQuery:
      return set_target(head, with_query(head, value));
    case Action::ReplacePath:
      if (!rule.regex->compose(head.path(), {.text = value}, replaced)) return;
      return set_target(head, with_path(head, replaced));
    case Action::ReplacePathAndQuery:
    case Action::ReplaceUri:
      if (rule.regex->compose(head.target, {.text = value}, replaced)) {
        set_target(head, std::move(replaced));
      }
      return;
    default:
      return;
  }
}

}  // namespace wslb::proxy::http

#pragma GCC diagnostic pop
