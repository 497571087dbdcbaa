#include "config/http_check.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/comma_list.h"
#include "config/spelling.h"
#include "config/token.h"

namespace wslb::config {
namespace {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return lower;
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127; });
}

// The old way to send a Host header: "HTTP/1.1\r\nHost: www" as the version. Other headers, and
// what http-check send does, wslb does not know yet.
bool split_version(const std::string& text, HttpCheck& check, const Statement& statement) {
  const auto end = std::min(text.find("\r\n"), text.size());
  check.version = text.substr(0, end);
  if (check.version != "HTTP/1.0" && check.version != "HTTP/1.1") {
    statement.error("expects the version 'HTTP/1.0' or 'HTTP/1.1', not '" + check.version + "'");
    return false;
  }
  std::string_view headers = std::string_view(text).substr(end);
  while (headers.starts_with("\r\n")) headers.remove_prefix(2);
  while (headers.ends_with("\r\n")) headers.remove_suffix(2);
  if (headers.empty()) return true;

  const auto colon = std::min(headers.find(':'), headers.size());
  const std::string name = lower_case(headers.substr(0, colon));
  std::string_view value = headers.substr(std::min(colon + 1, headers.size()));
  while (value.starts_with(' ')) value.remove_prefix(1);
  if (name != "host" || value.empty() || !is_printable(value)) {
    statement.error(
        "after the version only '\\r\\nHost:\\ NAME' is supported by this version of "
        "wslb");
    return false;
  }
  check.host = value;
  return true;
}

std::optional<std::vector<HttpCheck::StatusRange>> parse_ranges(const std::string& list,
                                                                const Statement& statement) {
  std::vector<HttpCheck::StatusRange> ranges;
  for (const std::string_view item : split_at_commas(list)) {
    const auto dash = item.find('-');
    const auto first = parse_integer(item.substr(0, dash), 100, 999);
    const auto last =
        dash == std::string_view::npos ? first : parse_integer(item.substr(dash + 1), 100, 999);
    if (!first || !last || *first > *last) {
      statement.error("expects status codes such as 200 or 200-399,401, not '" + list + "'");
      return std::nullopt;
    }
    ranges.push_back({static_cast<int>(*first), static_cast<int>(*last)});
  }
  return ranges;
}

// `hdr NAME VALUE` at the argument `at`.
bool read_header(const Statement& statement, std::size_t at, HttpCheck& check) {
  const std::string& name = statement[at + 1];
  const std::string& value = statement[at + 2];
  if (!is_token(name) || value.empty()) {
    statement.error("expects 'hdr NAME VALUE', not 'hdr " + name + " " + value + "'");
    return false;
  }
  if (std::ranges::any_of(value, [](char c) { return (c < ' ' && c != '\t') || c == 127; })) {
    statement.error("has a control character in the value of '" + name + "'");
    return false;
  }
  if (value.find("%[") != std::string::npos) {
    statement.refuse("%[");
    return false;
  }
  const std::string lower = lower_case(name);
  if (lower == "connection" || lower == "content-length" || lower == "transfer-encoding") {
    statement.error("cannot set '" + name + "', which wslb does itself");
    return false;
  }
  if (lower == "host") {
    check.host = value;
  } else {
    check.headers.emplace_back(name, value);
  }
  return true;
}

}  // namespace

void parse_httpchk(const Statement& statement, HttpCheck& check) {
  HttpCheck parsed = check;
  const HttpCheck defaults;
  parsed.method = defaults.method;
  parsed.uri = defaults.uri;
  parsed.version = defaults.version;
  parsed.host = defaults.host;
  const std::string& uri = statement[statement.size() == 1 ? 0 : 1];
  if (statement.size() > 0) parsed.uri = uri;
  if (statement.size() > 1) parsed.method = statement[0];
  if (!is_printable(parsed.method) || !is_printable(parsed.uri)) {
    return statement.error("expects a method and a URI without blanks");
  }
  if (statement.size() > 2 && !split_version(statement[2], parsed, statement)) return;
  if (statement.size() == 1 && !uri.starts_with('/')) {
    statement.warning("takes its only argument '" + uri + "' as the URI");
  }
  check = std::move(parsed);
}

void parse_send(const Statement& statement, HttpCheck& check) {
  HttpCheck parsed = check;
  parsed.headers.clear();
  parsed.body.clear();
  for (std::size_t i = 0; i < statement.size(); i += 2) {
    const std::string& word = statement[i];
    const std::string& value = statement[i + 1];
    const bool line = word == "meth" || word == "uri" || word == "ver";
    if (!line && word != "hdr" && word != "body") {
      if (word == "uri-lf" || word == "body-lf" || word == "comment") return statement.refuse(word);
      return statement.error("knows no '" + word + "'" +
                             did_you_mean(word, {"meth", "uri", "ver", "hdr", "body"}));
    }
    if (value.empty()) return statement.error("lacks a value after '" + word + "'");
    if (line && !is_printable(value)) {
      return statement.error("expects a value without blanks after '" + word + "'");
    }
    if (word == "meth") parsed.method = value;
    if (word == "uri") parsed.uri = value;
    if (word == "body") parsed.body = value;
    if (word == "ver" && !split_version(value, parsed, statement)) return;
    if (word == "hdr" && !read_header(statement, i++, parsed)) return;
  }
  check = std::move(parsed);
}

void parse_expect(const Statement& statement, HttpCheck& check) {
  auto words = statement.arguments();
  bool negated = false;
  std::string what = words[0];
  if (what.starts_with('!')) {
    negated = true;
    what.erase(0, 1);
    if (what.empty() && words.size() > 1) {
      words = words.subspan(1);
      what = words[0];
    }
  }
  constexpr auto kUnsupported = std::to_array<std::string_view>(
      {"rstatus", "string", "rstring", "string-lf", "hdr", "fhdr", "min-recv", "comment",
       "ok-status", "error-status", "tout-status", "on-success", "on-error", "status-code"});
  if (what != "status") {
    if (std::ranges::count(kUnsupported, what) > 0) return statement.refuse(what);
    return statement.error("expects 'status', not '" + what + "'" + did_you_mean(what, {"status"}));
  }
  if (words.size() != 2) return statement.error("expects: http-check expect [!] status CODES");
  if (auto ranges = parse_ranges(words[1], statement)) {
    check.expected = std::move(*ranges);
    check.expectation_negated = negated;
  }
}

}  // namespace wslb::config
