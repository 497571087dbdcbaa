// `option httpchk` and `http-check send`.
#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/check_lines.h"
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

// The old way to send a Host header: "HTTP/1.1\r\nHost: www" as the version. What else was hidden
// there is said with `http-check send`.
bool split_version(const std::string& text, CheckRequest& request, const Statement& statement) {
  const auto end = std::min(text.find("\r\n"), text.size());
  request.version = text.substr(0, end);
  if (*request.version != "HTTP/1.0" && *request.version != "HTTP/1.1") {
    statement.error("expects the version 'HTTP/1.0' or 'HTTP/1.1', not '" + *request.version + "'");
    return false;
  }
  std::string_view headers = std::string_view(text).substr(end);
  while (headers.starts_with("\r\n")) headers.remove_prefix(2);
  while (headers.ends_with("\r\n")) headers.remove_suffix(2);
  if (headers.empty()) return true;

  const auto colon = std::min(headers.find(':'), headers.size());
  std::string_view value = headers.substr(std::min(colon + 1, headers.size()));
  while (value.starts_with(' ')) value.remove_prefix(1);
  if (lower_case(headers.substr(0, colon)) != "host" || value.empty() || !is_printable(value)) {
    statement.error(
        "after the version only '\\r\\nHost:\\ NAME' is supported; use 'http-check send hdr'");
    return false;
  }
  request.headers.emplace_back("Host", value);
  return true;
}

// `hdr NAME VALUE` at the argument `at`.
bool read_header(const Statement& statement, std::size_t at, CheckRequest& request) {
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
  request.headers.emplace_back(name, value);
  return true;
}

}  // namespace

std::optional<CheckRequest> parse_httpchk(const Statement& statement) {
  CheckRequest request;
  const std::string& uri = statement[statement.size() == 1 ? 0 : 1];
  if (statement.size() > 0) request.uri = uri;
  if (statement.size() > 1) request.method = statement[0];
  if (!is_printable(request.method.value_or("")) || !is_printable(uri)) {
    statement.error("expects a method and a URI without blanks");
    return std::nullopt;
  }
  if (statement.size() > 2 && !split_version(statement[2], request, statement)) return std::nullopt;
  if (statement.size() == 1 && !uri.starts_with('/')) {
    statement.warning("takes its only argument '" + uri + "' as the URI");
  }
  return request;
}

std::optional<CheckStep> parse_http_send(const Statement& statement) {
  CheckRequest request;
  CheckStep step;
  for (std::size_t i = 0; i < statement.size(); i += 2) {
    const std::string& word = statement[i];
    const std::string& value = statement[i + 1];
    const bool line = word == "meth" || word == "uri" || word == "ver";
    if (!line && word != "hdr" && word != "body" && word != "comment") {
      if (word == "uri-lf" || word == "body-lf") {
        statement.refuse(word);
      } else {
        statement.error("knows no '" + word + "'" +
                        did_you_mean(word, {"meth", "uri", "ver", "hdr", "body", "comment"}));
      }
      return std::nullopt;
    }
    if (value.empty()) {
      statement.error("lacks a value after '" + word + "'");
      return std::nullopt;
    }
    if (line && !is_printable(value)) {
      statement.error("expects a value without blanks after '" + word + "'");
      return std::nullopt;
    }
    if (word == "meth") request.method = value;
    if (word == "uri") request.uri = value;
    if (word == "body") request.body = value;
    if (word == "comment") step.comment = value;
    if (word == "ver" && !split_version(value, request, statement)) return std::nullopt;
    if (word == "hdr" && !read_header(statement, i++, request)) return std::nullopt;
  }
  step.action = CheckSend{{}, std::move(request)};
  return step;
}

}  // namespace wslb::config
