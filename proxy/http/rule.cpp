#include "proxy/http/rule.h"

#include <string_view>
#include <utility>

#include "proxy/http/acl.h"
#include "proxy/http/characters.h"
#include "proxy/http/rule_edit.h"
#include "proxy/http/rule_text.h"
#include "proxy/http/sample.h"
#include "proxy/http/stick_state.h"

namespace wslb::proxy::http {
namespace {

using config::Action;
using config::HttpRule;
using Kind = Outcome::Kind;

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

void set_endpoint(const HttpRule& rule, const Transaction& transaction) {
  const bool of_client = rule.action == Action::SetSource || rule.action == Action::SetSourcePort;
  const bool port =
      rule.action == Action::SetSourcePort || rule.action == Action::SetDestinationPort;
  base::Endpoint* const endpoint = of_client ? transaction.client_at : transaction.destination_at;
  const auto value = sample_value(*rule.sample, transaction);
  if (endpoint == nullptr || !value) return;
  if (port) {
    const auto number = value->to_int();
    if (number && *number >= 0 && *number <= UINT16_MAX) {
      endpoint->port = static_cast<std::uint16_t>(*number);
    }
    return;
  }
  const auto address = value->to_address();
  if (!address) return;
  // The port of another family means nothing.
  if (address->is_v4() != endpoint->address.is_v4()) endpoint->port = 0;
  endpoint->address = *address;
}

bool has_own_text(const HttpRule& rule) {
  const config::OwnReply& reply = rule.reply;
  return !reply.is_usual && (reply.has_content || !reply.headers.empty() ||
                             !reply.message.empty() || rule.action == Action::Return);
}

// The outcome of an action that ends the rules; Continue for the others.
Outcome verdict_of(const HttpRule& rule, const Transaction& transaction, int deny_status) {
  const auto text = [&] {
    return has_own_text(rule) ? reply_message(rule.status, rule.reply, transaction) : std::string();
  };
  if (rule.action == Action::Allow) return {Kind::Allow};
  if (rule.action == Action::ExportMetrics) return {Kind::Metrics, 200};
  if (rule.action == Action::Authenticate) {
    return {.kind = Kind::Challenge, .status = 401, .subject = rule.name};
  }
  if (rule.action == Action::Assign) {
    return {.kind = Kind::Assign, .status = 200, .subject = rule.name, .time = rule.time};
  }
  if (rule.action == Action::Close) return {Kind::Close};
  if (rule.action == Action::SilentDrop) return {Kind::Drop};
  if (rule.action == Action::Redirect) {
    return {Kind::Reply, rule.status, redirect_message(rule, transaction)};
  }
  // An empty file ends the connection without a word, as it does for errors.
  const bool silent = !rule.reply.file.empty() && rule.reply.message.empty();
  if (silent) return {Kind::Close};
  if (rule.action == Action::Return) return {Kind::Reply, rule.status, text()};
  if (rule.action == Action::Tarpit) return {Kind::Tarpit, rule.status, text()};
  if (rule.action != Action::Deny) return {};
  return {Kind::Deny, rule.status != 0 ? rule.status : deny_status, text()};
}

// No part of the message.
bool changes(Action action) {
  return action >= Action::SetVariable && action <= Action::SetDestinationPort;
}

bool edits_fields(Action action) {
  return action >= Action::SetHeader && action <= Action::ReplaceValue;
}

}  // namespace

Outcome run_request_rules(const std::vector<HttpRule>& rules, RequestHead& head,
                          const Transaction& transaction, std::size_t first) {
  constexpr int kDenyStatus = 403;
  for (std::size_t i = first; i < rules.size(); ++i) {
    const HttpRule& rule = rules[i];
    if (!holds(rule.condition, transaction)) continue;
    if (rule.action == Action::WaitForBody) {
      return {.kind = Kind::Wait, .time = rule.time, .bytes = rule.bytes, .next = i + 1};
    }
    if (changes(rule.action)) {
      change(rule, transaction);
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
    if (changes(rule.action)) {
      change(rule, transaction);
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

void change(const HttpRule& rule, const Transaction& transaction) {
  if (rule.action == Action::SetVariable || rule.action == Action::UnsetVariable) {
    return set_variable(rule, transaction);
  }
  if (rule.stick) {
    if (transaction.stick == nullptr) return;
    const auto value = rule.sample ? sample_value(*rule.sample, transaction) : std::nullopt;
    return transaction.stick->act(rule, value);
  }
  set_endpoint(rule, transaction);
}

std::string finish_answer(const std::string& answer, bool close) {
  const std::size_t head_end = answer.find("\r\n\r\n");
  if (!close || head_end == std::string::npos) return answer;
  std::string finished = answer;
  return finished.insert(head_end + 2, "Connection: close\r\n");
}

}  // namespace wslb::proxy::http
