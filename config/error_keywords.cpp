// Keywords about responses of our own: error pages and the answer to a monitor.
#include <algorithm>
#include <array>
#include <string>

#include "config/condition.h"
#include "config/http_rule.h"
#include "config/section.h"

namespace wslb::config {
namespace {

constexpr std::array<int, 19> kStatuses{200, 400, 401, 403, 404, 405, 407, 408, 410, 413,
                                        421, 422, 425, 429, 500, 501, 502, 503, 504};

std::optional<int> read_status(const Statement& statement) {
  const auto status = statement.integer(0, 100, 599);
  if (!status) return std::nullopt;
  if (std::ranges::find(kStatuses, *status) != kStatuses.end()) return static_cast<int>(*status);
  statement.error("knows no page for the status " + statement[0]);
  return std::nullopt;
}

void errorfile(ProxyDraft& draft, const Statement& statement) {
  const auto status = read_status(statement);
  if (status) {
    draft.section.error_replies.insert_or_assign(
        *status, ErrorReply{.file = statement[1], .message{}, .where = statement.where()});
  }
}

void redirect(ProxyDraft& draft, const Statement& statement, std::string_view status_line) {
  const auto status = read_status(statement);
  if (!status) return;
  const std::string& url = statement[1];
  if (std::ranges::any_of(url, [](char c) { return c <= ' ' || c == 127; })) {
    return statement.error("expects a URL without blanks and control characters");
  }
  std::string message(status_line);
  message += "\r\nCache-Control: no-cache\r\nContent-Length: 0\r\nLocation: " + url + "\r\n\r\n";
  draft.section.error_replies.insert_or_assign(
      *status, ErrorReply{.file{}, .message = message, .where = statement.where()});
}

void errorloc302(ProxyDraft& draft, const Statement& statement) {
  redirect(draft, statement, "HTTP/1.1 302 Found");
}

void errorloc303(ProxyDraft& draft, const Statement& statement) {
  redirect(draft, statement, "HTTP/1.1 303 See Other");
}

void monitor_uri(ProxyDraft& draft, const Statement& statement) {
  draft.section.monitor_uri = statement[0];
}

// `monitor fail if|unless CONDITION`
void monitor(ProxyDraft& draft, const Statement& statement) {
  const auto words = statement.arguments().subspan(1);
  if (!statement.is(0, "fail")) return statement.expects("'fail'");
  if (!begins_condition(words)) {
    return statement.error("expects 'if' or 'unless' after 'fail', not '" + statement[1] + "'");
  }
  auto condition = parse_condition(words, draft, statement);
  if (!condition) return;
  draft.section.monitor_failures.push_back({{}, statement.where()});
  draft.monitor_conditions.push_back(std::move(*condition));
}

// A connection to a server serves one client alone; what HAProxy does to share it is a saving.
void http_reuse(ProxyDraft& draft, const Statement& statement) {
  draft.section.options.reuse_never = statement.is(0, "never");
  if (statement.is(0, "never") || statement.is(0, "safe")) return;
  if (statement.is(0, "aggressive") || statement.is(0, "always")) {
    return statement.warning("'" + statement[0] +
                             "' has no effect: a connection to a server serves one client alone");
  }
  statement.expects("'never', 'safe', 'aggressive' or 'always'");
}

constexpr auto kErrorKeywords = std::to_array<Keyword<ProxyDraft>>({
    {"errorfile", "errorfile STATUS FILE", 2, 2, errorfile},
    {"errorloc", "errorloc STATUS URL", 2, 2, errorloc302},
    {"errorloc302", "errorloc302 STATUS URL", 2, 2, errorloc302},
    {"errorloc303", "errorloc303 STATUS URL", 2, 2, errorloc303},
    {"monitor-uri", "monitor-uri URI", 1, 1, monitor_uri, Side::Frontend},
    {.name = "monitor",
     .usage = "monitor fail if|unless CONDITION",
     .arguments_min = 3,
     .arguments_max = kAnyNumber,
     .apply = monitor,
     .side = Side::Frontend,
     .in_defaults = false},
    {"http-reuse", "http-reuse never|safe|aggressive|always", 1, 1, http_reuse, Side::Backend},
});

}  // namespace

Keywords<ProxyDraft> error_keywords() {
  return kErrorKeywords;
}

}  // namespace wslb::config
