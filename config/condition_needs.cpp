#include "config/condition_needs.h"

#include <algorithm>
#include <string>

namespace wslb::config {
namespace {

std::string_view name_of(Needs needed) {
  switch (needed) {
    case Needs::Connection:
      return "the connection";
    case Needs::Content:
      return "what a client sends";
    case Needs::Request:
      return "an HTTP request";
    case Needs::Response:
      return "an HTTP response";
  }
  return {};
}

template <typename Rules>
void check(const Rules& rules, std::string_view keyword, Needs known, Diagnostics& diagnostics) {
  for (const auto& rule : rules) {
    const Needs needed = needs(rule.condition);
    if (needed <= known) continue;
    diagnostics.error(rule.where, "'" + std::string(keyword) + "' has a condition on " +
                                      std::string(name_of(needed)) +
                                      ", which is not known there yet");
  }
}

// The keys of rules about stick tables.
void check_key(const Sample& sample, const Location& where, std::string_view keyword, Needs known,
               Diagnostics& diagnostics) {
  const Needs needed = needs(sample.fetch);
  if (needed <= known) return;
  diagnostics.error(where, "'" + std::string(keyword) + "' has the key '" + sample.text +
                               "', which is of " + std::string(name_of(needed)) +
                               " and not known there yet");
}

template <typename Rules>
void check_tracked(const Rules& rules, std::string_view keyword, Needs known,
                   Diagnostics& diagnostics) {
  for (const auto& rule : rules) {
    const HttpRule* action = nullptr;
    if constexpr (requires { rule.change; }) {
      action = &rule.change;
    } else {
      action = &rule;
    }
    if (action->action != Action::Track) continue;
    check_key(*action->sample, rule.where, keyword, known, diagnostics);
  }
}

void check_stick_rules(const ProxySection& section, Diagnostics& diagnostics) {
  const bool http = section.mode == Mode::Http;
  const Needs in_request = http ? Needs::Request : Needs::Content;
  const Needs in_response = http ? Needs::Response : Needs::Content;
  check(section.stick_rules, "stick", in_request, diagnostics);
  for (const StickRule& rule : section.stick_rules) {
    check_key(rule.sample, rule.where, "stick", in_request, diagnostics);
  }
  check(section.store_responses, "stick", in_response, diagnostics);
  for (const StickRule& rule : section.store_responses) {
    check_key(rule.sample, rule.where, "stick", in_response, diagnostics);
  }
  check_tracked(section.connection_rules, "track-sc", Needs::Connection, diagnostics);
  check_tracked(section.session_rules, "track-sc", Needs::Connection, diagnostics);
  check_tracked(section.content_rules, "track-sc", in_request, diagnostics);
  check_tracked(section.request_rules, "track-sc", Needs::Request, diagnostics);
}

void check_tcp_mode(ProxyDraft& draft, Diagnostics& diagnostics) {
  ProxySection& section = draft.section;
  for (auto* const rules : {&section.request_rules, &section.response_rules, &section.answer_rules,
                            &section.redirects}) {
    if (!rules->empty()) {
      diagnostics.warning(rules->front().where, "rules about HTTP are ignored in '" + section.name +
                                                    "' because they need 'mode http'");
    }
    rules->clear();
  }
}

}  // namespace

void for_each_sample(const Condition& condition, const VisitSample& visit) {
  for (const auto& group : condition.any_of_all) {
    for (const ConditionTerm& term : group) {
      for (const AclTest& test : term.any_of) visit(test.sample);
    }
  }
}

Needs needs(const Condition& condition) {
  Needs most = Needs::Connection;
  for_each_sample(condition,
                  [&most](const Sample& sample) { most = std::max(most, needs(sample.fetch)); });
  return most;
}

void check_rules(ProxyDraft& draft, Diagnostics& diagnostics) {
  ProxySection& section = draft.section;
  const bool http = section.mode == Mode::Http;
  if (!http) check_tcp_mode(draft, diagnostics);
  check(section.connection_rules, "tcp-request connection", Needs::Connection, diagnostics);
  check(section.session_rules, "tcp-request session", Needs::Connection, diagnostics);
  check(section.content_rules, "tcp-request content", http ? Needs::Request : Needs::Content,
        diagnostics);
  check(section.request_rules, "http-request", Needs::Request, diagnostics);
  check(section.redirects, "redirect", Needs::Request, diagnostics);
  const Needs known = http ? Needs::Request : Needs::Content;
  check(section.persist_rules, "force-persist or ignore-persist", known, diagnostics);
  check(section.use_servers, "use-server", known, diagnostics);
  check_stick_rules(section, diagnostics);
  if (http) check(section.use_backends, "use_backend", Needs::Request, diagnostics);
}

}  // namespace wslb::config
