// Every sample that a section's lines hold, to look at or to complete: `visit(sample, where)`.
#pragma once

#include "config/proxy_section.h"

namespace wslb::config {

template <typename Format, typename Visit>
void visit_format(Format& format, const Visit& visit) {
  for (auto& part : format.parts) {
    if (part.sample) visit(*part.sample);
  }
}

template <typename AnyCondition, typename Visit>
void visit_condition(AnyCondition& condition, const Visit& visit) {
  for (auto& group : condition.any_of_all) {
    for (auto& term : group) {
      for (auto& test : term.any_of) visit(test.sample);
    }
  }
}

// Of an HttpRule or a TcpRule's change, without its condition.
template <typename Rule, typename Visit>
void visit_action(Rule& rule, const Visit& visit) {
  visit_format(rule.value, visit);
  if (rule.sample) visit(*rule.sample);
  visit_format(rule.reply.content, visit);
  for (auto& header : rule.reply.headers) visit_format(header.value, visit);
}

template <typename Section, typename Visit>
void visit_samples(Section& section, const Visit& visit) {
  const auto each = [&visit](auto& rules, const auto& visit_own) {
    for (auto& rule : rules) {
      const auto visit_one = [&](auto& sample) { visit(sample, rule.where); };
      visit_condition(rule.condition, visit_one);
      visit_own(rule, visit_one);
    }
  };
  const auto nothing = [](auto& /*rule*/, const auto& /*visit_one*/) {};
  const auto action = [](auto& rule, const auto& visit_one) { visit_action(rule, visit_one); };
  const auto change = [](auto& rule, const auto& visit_one) {
    visit_action(rule.change, visit_one);
  };
  const auto format = [](auto& rule, const auto& visit_one) {
    visit_format(rule.format, visit_one);
  };
  const auto key = [](auto& rule, const auto& visit_one) { visit_one(rule.sample); };
  each(section.monitor_failures, nothing);
  each(section.persist_rules, nothing);
  each(section.use_backends, format);
  each(section.use_servers, format);
  each(section.stick_rules, key);
  each(section.store_responses, key);
  each(section.request_rules, action);
  each(section.redirects, action);
  each(section.response_rules, action);
  each(section.answer_rules, action);
  each(section.connection_rules, change);
  each(section.session_rules, change);
  each(section.content_rules, change);
  const auto visit_one = [&](auto& sample) { visit(sample, section.where); };
  visit_format(section.log_format, visit_one);
  visit_format(section.unique_id_format, visit_one);
}

}  // namespace wslb::config
