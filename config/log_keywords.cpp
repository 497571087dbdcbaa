// Keywords about logs: where lines go, what they say, and what is captured for them.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "config/log_line.h"
#include "config/section.h"
#include "config/token.h"

namespace wslb::config {
namespace {

void log(ProxyDraft& draft, const Statement& statement) {
  if (!statement.is_on()) {
    draft.section.logs.clear();
    draft.log_global = false;
  } else if (statement.is(0, "global")) {
    draft.log_global = true;
    if (statement.size() > 1) statement.error("cannot use the argument '" + statement[1] + "'");
  } else if (auto target = parse_log_line(statement)) {
    draft.section.logs.push_back(std::move(*target));
  }
}

void log_tag(ProxyDraft& draft, const Statement& statement) {
  draft.section.log_tag = statement[0];
}

void log_format(ProxyDraft& draft, const Statement& statement) {
  auto format = statement.accept(parse_log_format(statement[0], LogFormatUse::Line));
  if (!format) return;
  draft.section.log_format = std::move(*format);
  draft.log_kind = LogKind::Custom;
  draft.log_format_where = statement.where();
}

void httplog(ProxyDraft& draft, const Statement& statement) {
  if (statement.is(0, "clf")) return statement.refuse("clf");
  if (statement.size() > 0) {
    return statement.error("cannot use the argument '" + statement[0] + "'");
  }
  draft.section.log_format = http_log_format();
  draft.log_kind = LogKind::Http;
}

void tcplog(ProxyDraft& draft, const Statement& /*statement*/) {
  draft.section.log_format = tcp_log_format();
  draft.log_kind = LogKind::Tcp;
}

void unique_id_format(ProxyDraft& draft, const Statement& statement) {
  auto format = statement.accept(parse_log_format(statement[0], LogFormatUse::Line));
  if (!format) return;
  // It becomes the value of a header.
  if (std::ranges::any_of(statement[0], [](char c) { return c < ' ' || c == 127; })) {
    return statement.error("has a control character");
  }
  draft.section.unique_id_format = std::move(*format);
}

void unique_id_header(ProxyDraft& draft, const Statement& statement) {
  if (!is_token(statement[0])) {
    return statement.error("'" + statement[0] + "' is no name of a header");
  }
  draft.section.unique_id_header = statement[0];
}

// `NAME len NUMBER` from the argument `first` on.
std::optional<Capture> parse_capture(const Statement& statement, std::size_t first) {
  if (!is_token(statement[first])) {
    statement.error("'" + statement[first] + "' is no name of a header or cookie");
    return std::nullopt;
  }
  if (!statement.is(first + 1, "len")) {
    statement.error("expects 'len' after the name, not '" + statement[first + 1] + "'");
    return std::nullopt;
  }
  const auto length = statement.integer(first + 2, 1, 4096);
  if (!length) return std::nullopt;
  return Capture{statement[first], static_cast<std::size_t>(*length)};
}

void capture_header(std::vector<Capture>& captures, const Statement& statement) {
  constexpr std::size_t kCapturesMax = 64;
  if (!statement.is(0, "header")) return statement.expects("'header'");
  if (captures.size() >= kCapturesMax) {
    return statement.error("is there too often: at most " + std::to_string(kCapturesMax) +
                           " lines");
  }
  if (auto capture = parse_capture(statement, 1)) captures.push_back(std::move(*capture));
}

void capture_request(ProxyDraft& draft, const Statement& statement) {
  capture_header(draft.section.request_captures, statement);
}

void capture_response(ProxyDraft& draft, const Statement& statement) {
  capture_header(draft.section.response_captures, statement);
}

void capture_cookie(ProxyDraft& draft, const Statement& statement) {
  draft.section.cookie_capture = parse_capture(statement, 0);
}

template <bool ProxyOptions::*Option>
void log_option(ProxyDraft& draft, const Statement& statement) {
  draft.section.options.*Option = statement.is_on();
}

constexpr auto kLogKeywords = std::to_array<Keyword<ProxyDraft>>({
    {.name = "log",
     .usage = "log global, or: log ADDRESS [len N] [format F] FACILITY [LEVEL [MINLEVEL]]",
     .arguments_min = 1,
     .arguments_max = kAnyNumber,
     .apply = log,
     .negatable = true},
    {"log-tag", "log-tag NAME", 1, 1, log_tag},
    {"log-format", "log-format FORMAT", 1, 1, log_format, Side::Frontend},
    {"option httplog", "option httplog", 0, 1, httplog},
    {"option tcplog", "option tcplog", 0, 0, tcplog},
    {.name = "option dontlognull",
     .usage = "option dontlognull",
     .apply = log_option<&ProxyOptions::dontlognull>,
     .side = Side::Frontend,
     .negatable = true},
    {.name = "option dontlog-normal",
     .usage = "option dontlog-normal",
     .apply = log_option<&ProxyOptions::dontlog_normal>,
     .side = Side::Frontend,
     .negatable = true},
    {.name = "option log-separate-errors",
     .usage = "option log-separate-errors",
     .apply = log_option<&ProxyOptions::log_separate_errors>,
     .side = Side::Frontend,
     .negatable = true},
    {.name = "option logasap",
     .usage = "option logasap",
     .apply = log_option<&ProxyOptions::logasap>,
     .side = Side::Frontend,
     .negatable = true},
    {"unique-id-format", "unique-id-format FORMAT", 1, 1, unique_id_format, Side::Frontend},
    {"unique-id-header", "unique-id-header NAME", 1, 1, unique_id_header, Side::Frontend},
    {.name = "capture request",
     .usage = "capture request header NAME len NUMBER",
     .arguments_min = 4,
     .arguments_max = 4,
     .apply = capture_request,
     .side = Side::Frontend,
     .in_defaults = false},
    {.name = "capture response",
     .usage = "capture response header NAME len NUMBER",
     .arguments_min = 4,
     .arguments_max = 4,
     .apply = capture_response,
     .side = Side::Frontend,
     .in_defaults = false},
    {.name = "capture cookie",
     .usage = "capture cookie NAME len NUMBER",
     .arguments_min = 3,
     .arguments_max = 3,
     .apply = capture_cookie,
     .side = Side::Frontend,
     .in_defaults = false},
});

}  // namespace

Keywords<ProxyDraft> log_keywords() {
  return kLogKeywords;
}

}  // namespace wslb::config
