// Keywords about responses of our own: error pages and the answer to a monitor.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

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

void add(ProxyDraft& draft, const Statement& statement, int status, ErrorReply reply) {
  draft.error_lines.push_back({{status}, std::move(reply), {}, statement.where()});
}

void errorfile(ProxyDraft& draft, const Statement& statement) {
  if (const auto status = read_status(statement)) {
    add(draft, statement, *status, {statement[1], {}, {}, statement.where()});
  }
}

void errorfiles(ProxyDraft& draft, const Statement& statement) {
  ErrorLine line{{}, {}, statement[0], statement.where()};
  for (std::size_t i = 1; i < statement.size(); ++i) {
    const auto status = statement.integer(i, 100, 599);
    if (!status) return;
    line.statuses.push_back(static_cast<int>(*status));
  }
  draft.error_lines.push_back(std::move(line));
}

// `http-error status CODE ...`
void http_error(ProxyDraft& draft, const Statement& statement) {
  HttpRule rule;
  rule.action = Action::Return;
  auto words = statement.arguments();
  if (!parse_reply(words, rule, statement, draft.read_file)) return;
  if (!words.empty()) return statement.error("cannot use '" + words[0] + "'");
  if (rule.action != Action::Return || !statement.is(0, "status")) {
    return statement.expects("'status'");
  }
  if (std::ranges::find(kStatuses, rule.status) == kStatuses.end()) {
    return statement.error("knows no page for the status " + std::to_string(rule.status));
  }
  if (rule.reply.is_usual) {
    draft.error_lines.push_back({{rule.status}, {}, {}, statement.where()});
  } else if (!rule.reply.from.empty()) {
    draft.error_lines.push_back({{rule.status}, {}, rule.reply.from, statement.where()});
  } else if (!rule.reply.file.empty()) {
    add(draft, statement, rule.status, {rule.reply.file, {}, {}, statement.where()});
  } else {
    add(draft, statement, rule.status, {{}, {}, std::move(rule.reply), statement.where()});
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
  add(draft, statement, *status, {{}, message, {}, statement.where()});
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
    {"errorfiles", "errorfiles NAME [STATUS...]", 1, kAnyNumber, errorfiles},
    {"http-error", "http-error status CODE [CONTENT] [hdr NAME VALUE]...", 2, kAnyNumber,
     http_error},
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
