#include "proxy/http/rule.h"

#include <string_view>
#include <utility>

#include "proxy/http/acl.h"
#include "proxy/http/characters.h"
#include "proxy/http/rule_edit.h"
#include "proxy/http/rule_text.h"
#include "proxy/http/sample.h"

namespace wslb::proxy::http {
namespace {

using config::Action;
using config::HttpRule;

void set_variable(const HttpRule& rule, const Transaction& transaction) {
  const bool of_session = rule.variable->scope == config::VariableName::Scope::Session;
  Variables* const variables = of_session ? transaction.session : transaction.variables;
  if (variables == nullptr) return;
  if (rule.action == Action::UnsetVariable) return variables->unset(*rule.variable);
  const auto value = rule.sample ? sample_value(*rule.sample, transaction)
                                 : std::optional(Value::text(fill_in(rule.value, transaction)));
  if (value) {
    variables->set(*rule.variable, *value);
  } else {
    variables->unset(*rule.variable);
  }
}

bool has_own_text(const HttpRule& rule) {
  return rule.reply.has_content || !rule.reply.headers.empty() || rule.action == Action::Return;
}

// The outcome of an action that ends the rules; Continue for the others.
Outcome verdict_of(const HttpRule& rule, const Transaction& transaction, int deny_status) {
  using Kind = Outcome::Kind;
  const auto text = [&] {
    return has_own_text(rule) ? reply_message(rule, transaction) : std::string();
  };
  if (rule.action == Action::Allow) return {Kind::Allow};
  if (rule.action == Action::ExportMetrics) return {Kind::Metrics, 200};
  if (rule.action == Action::Authenticate) return {Kind::Challenge, 401, {}, rule.name};
  if (rule.action == Action::SilentDrop) return {Kind::Drop};
  if (rule.action == Action::Redirect) {
    return {Kind::Reply, rule.status, redirect_message(rule, transaction)};
  }
  if (rule.action == Action::Return) return {Kind::Reply, rule.status, text()};
  if (rule.action == Action::Tarpit) return {Kind::Tarpit, rule.status, text()};
  if (rule.action != Action::Deny) return {};
  return {Kind::Deny, rule.status != 0 ? rule.status : deny_status, text()};
}

bool edits_variable(Action action) {
  return action == Action::SetVariable || action == Action::UnsetVariable;
}

bool edits_fields(Action action) {
  return action >= Action::SetHeader && action <= Action::ReplaceValue;
}

}  // namespace

Outcome run_request_rules(const std::vector<HttpRule>& rules, RequestHead& head,
                          const Transaction& transaction) {
  constexpr int kDenyStatus = 403;
  for (const HttpRule& rule : rules) {
    if (!holds(rule.condition, transaction)) continue;
    if (edits_variable(rule.action)) {
      set_variable(rule, transaction);
    } else if (edits_fields(rule.action)) {
      edit_fields(rule, head.fields, transaction);
    } else if (rule.action > Action::ReplaceValue) {
      edit_request_line(rule, head, transaction);
    } else {
      return verdict_of(rule, transaction, kDenyStatus);
    }
  }
  return {};
}

Outcome run_response_rules(const std::vector<HttpRule>& rules, ResponseHead& head,
                           const Transaction& transaction) {
  constexpr int kDenyStatus = 502;
  for (const HttpRule& rule : rules) {
    if (!holds(rule.condition, transaction)) continue;
    if (edits_variable(rule.action)) {
      set_variable(rule, transaction);
    } else if (edits_fields(rule.action)) {
      edit_fields(rule, head.fields, transaction);
    } else if (rule.action == Action::SetStatus) {
      // A 101, 204 or 304 says that there is no body: those stay what they are.
      const auto bodiless = [](int status) {
        return status < 200 || status == 204 || status == 304;
      };
      if (bodiless(head.status) || bodiless(rule.status)) continue;
      head.status = rule.status;
      if (is_value(rule.name)) head.reason = head.fields.keep(std::string(rule.name));
    } else {
      return verdict_of(rule, transaction, kDenyStatus);
    }
  }
  return {};
}

std::string finish_answer(const std::string& answer, bool close) {
  const std::size_t head_end = answer.find("\r\n\r\n");
  if (!close || head_end == std::string::npos) return answer;
  std::string finished = answer;
  return finished.insert(head_end + 2, "Connection: close\r\n");
}

}  // namespace wslb::proxy::http
