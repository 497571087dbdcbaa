// Keywords of rules: what is done to requests, responses and connections, and when.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "config/condition.h"
#include "config/http_rule.h"
#include "config/section.h"
#include "config/stick_action.h"
#include "config/word_names.h"

namespace wslb::config {
namespace {

template <typename Rule>
void add_rule(Rule rule, std::span<const std::string> rest, std::vector<Rule>& rules,
              std::vector<DraftCondition>& conditions, const ProxyDraft& draft,
              const Statement& statement) {
  auto condition = parse_rest(rest, draft, statement);
  if (!condition) return;
  rules.push_back(std::move(rule));
  conditions.push_back(std::move(*condition));
}

void http_request(ProxyDraft& draft, const Statement& statement) {
  auto read = parse_http_rule(statement.arguments(), RuleSet::Request, statement, draft.read_file);
  if (!read) return;
  add_rule(std::move(read->rule), read->rest, draft.section.request_rules, draft.request_conditions,
           draft, statement);
}

void http_response(ProxyDraft& draft, const Statement& statement) {
  auto read = parse_http_rule(statement.arguments(), RuleSet::Response, statement, draft.read_file);
  if (!read) return;
  add_rule(std::move(read->rule), read->rest, draft.section.response_rules,
           draft.response_conditions, draft, statement);
}

void http_after_response(ProxyDraft& draft, const Statement& statement) {
  auto read = parse_http_rule(statement.arguments(), RuleSet::Answer, statement, draft.read_file);
  if (!read) return;
  add_rule(std::move(read->rule), read->rest, draft.section.answer_rules, draft.answer_conditions,
           draft, statement);
}

void redirect(ProxyDraft& draft, const Statement& statement) {
  HttpRule rule;
  rule.where = statement.where();
  auto words = statement.arguments();
  if (!parse_redirect(words, rule, statement)) return;
  add_rule(std::move(rule), words, draft.section.redirects, draft.redirect_conditions, draft,
           statement);
}

constexpr auto kChanges =
    std::to_array<std::string_view>({"set-src", "set-src-port", "set-dst", "set-dst-port"});
constexpr auto kVerdicts = std::to_array<std::pair<std::string_view, TcpRule::Action>>(
    {{"accept", TcpRule::Action::Accept},
     {"reject", TcpRule::Action::Reject},
     {"silent-drop", TcpRule::Action::SilentDrop}});

bool is_change(std::string_view word) {
  return std::ranges::count(kChanges, word) > 0 || word.starts_with("set-var(") ||
         word.starts_with("set-var-fmt(") || word.starts_with("unset-var(") ||
         is_stick_action(word);
}

// The action; `rest` gets what follows it.
std::optional<TcpRule> tcp_rule(const ProxyDraft& draft, const Statement& statement,
                                std::span<const std::string>& rest) {
  TcpRule rule;
  rule.where = statement.where();
  rest = statement.arguments().subspan(1);
  if (is_change(statement[0])) {
    auto read =
        parse_http_rule(statement.arguments(), RuleSet::Request, statement, draft.read_file);
    if (!read) return std::nullopt;
    rule.action = TcpRule::Action::Change;
    rule.change = std::move(read->rule);
    rest = read->rest;
    return rule;
  }
  for (const auto& [name, action] : kVerdicts) {
    if (!statement.is(0, name)) continue;
    rule.action = action;
    return rule;
  }
  constexpr auto kOthers = std::to_array<std::string_view>(
      {"expect-proxy", "expect-netscaler-cip", "capture", "do-resolve", "set-priority-class",
       "set-priority-offset", "use-service", "switch-mode", "set-mark", "set-tos", "set-nice",
       "set-log-level"});
  const std::string stem = statement[0].substr(0, statement[0].find('('));
  if (std::ranges::count(kOthers, stem) > 0) {
    statement.refuse(statement[0]);
  } else {
    statement.expects("accept, reject, silent-drop, set-var, set-src, set-dst or track-sc0");
  }
  return std::nullopt;
}

void add_tcp_rule(ProxyDraft& draft, const Statement& statement, std::vector<TcpRule>& rules,
                  std::vector<DraftCondition>& conditions) {
  std::span<const std::string> rest;
  auto rule = tcp_rule(draft, statement, rest);
  if (rule) add_rule(std::move(*rule), rest, rules, conditions, draft, statement);
}

void tcp_connection(ProxyDraft& draft, const Statement& statement) {
  add_tcp_rule(draft, statement, draft.section.connection_rules, draft.connection_conditions);
}

void tcp_session(ProxyDraft& draft, const Statement& statement) {
  add_tcp_rule(draft, statement, draft.section.session_rules, draft.session_conditions);
}

void tcp_content(ProxyDraft& draft, const Statement& statement) {
  add_tcp_rule(draft, statement, draft.section.content_rules, draft.content_conditions);
}

void inspect_delay(ProxyDraft& draft, const Statement& statement) {
  const auto delay = statement.accept(parse_timer(statement[0]));
  if (delay) draft.section.inspect_delay = *delay;
}

constexpr auto kRuleKeywords = std::to_array<Keyword<ProxyDraft>>({
    {.name = "http-request",
     .usage = "http-request ACTION [if|unless CONDITION]",
     .arguments_min = 1,
     .arguments_max = kAnyNumber,
     .apply = http_request,
     .in_defaults = false,
     .in_named_defaults = true},
    {.name = "http-response",
     .usage = "http-response ACTION [if|unless CONDITION]",
     .arguments_min = 1,
     .arguments_max = kAnyNumber,
     .apply = http_response,
     .in_defaults = false,
     .in_named_defaults = true},
    {.name = "http-after-response",
     .usage = "http-after-response ACTION [if|unless CONDITION]",
     .arguments_min = 1,
     .arguments_max = kAnyNumber,
     .apply = http_after_response,
     .in_defaults = false,
     .in_named_defaults = true},
    {.name = "redirect",
     .usage = "redirect location|prefix|scheme VALUE [code CODE] [OPTION...] [if|unless CONDITION]",
     .arguments_min = 1,
     .arguments_max = kAnyNumber,
     .apply = redirect,
     .in_defaults = false},
    {.name = "tcp-request connection",
     .usage = "tcp-request connection ACTION [if|unless CONDITION]",
     .arguments_min = 1,
     .arguments_max = kAnyNumber,
     .apply = tcp_connection,
     .side = Side::Frontend,
     .in_defaults = false,
     .in_named_defaults = true},
    {.name = "tcp-request session",
     .usage = "tcp-request session ACTION [if|unless CONDITION]",
     .arguments_min = 1,
     .arguments_max = kAnyNumber,
     .apply = tcp_session,
     .side = Side::Frontend,
     .in_defaults = false,
     .in_named_defaults = true},
    {.name = "tcp-request content",
     .usage = "tcp-request content ACTION [if|unless CONDITION]",
     .arguments_min = 1,
     .arguments_max = kAnyNumber,
     .apply = tcp_content,
     .side = Side::Frontend,
     .in_defaults = false,
     .in_named_defaults = true},
    {.name = "tcp-request inspect-delay",
     .usage = "tcp-request inspect-delay DURATION",
     .arguments_min = 1,
     .arguments_max = 1,
     .apply = inspect_delay,
     .side = Side::Frontend},
});

}  // namespace

WordNames tcp_action_names() {
  WordNames names = stick_action_names();
  for (const auto& verdict : kVerdicts) names.push_back(verdict.first);
  names.insert(names.end(), kChanges.begin(), kChanges.end());
  names.insert(names.end(), {"set-var", "set-var-fmt", "unset-var"});
  return names;
}

Keywords<ProxyDraft> rule_keywords() {
  return kRuleKeywords;
}

}  // namespace wslb::config
