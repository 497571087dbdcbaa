#include "proxy/tcp_rule.h"

#include <algorithm>

#include "config/condition_needs.h"
#include "proxy/http/acl.h"
#include "proxy/http/rule.h"
#include "proxy/http/sample.h"
#include "proxy/live_state.h"

namespace wslb::proxy {

namespace asio = boost::asio;

namespace {

using Action = config::TcpRule::Action;

void drop(ClientConnection& client, Action action) {
  if (action == Action::SilentDrop) client.stream.reset_on_close();
}

// Whether what is to be tracked has not come yet.
bool waits_for_key(const config::HttpRule& rule, const http::Transaction& transaction) {
  return rule.action == config::Action::Track &&
         config::needs(rule.sample->fetch) == config::Needs::Content &&
         !http::sample_value(*rule.sample, transaction);
}

// Whether more bytes could change what the first rule that holds says: a rule before it looks at
// them.
bool may_change(const std::vector<config::TcpRule>& rules, const http::Transaction& transaction) {
  for (const config::TcpRule& rule : rules) {
    if (rule.action == Action::Change && !waits_for_key(rule.change, transaction)) continue;
    // What holds because nothing has come yet says nothing.
    const bool looks = config::needs(rule.condition) == config::Needs::Content;
    if (looks && transaction.content.empty()) return true;
    if (http::holds(rule.condition, transaction)) return false;
    if (looks) return true;
  }
  return false;
}

}  // namespace

http::Transaction about(ClientConnection& client, const http::LiveState& live,
                        StickCounters& counters) {
  http::Transaction transaction;
  transaction.client = client.address;
  transaction.destination = client.destination;
  transaction.content = client.input.view();
  transaction.client_at = &client.address;
  transaction.destination_at = &client.destination;
  transaction.session = &client.variables;
  transaction.variables = &client.variables;  // one connection, one request
  if (client.bind != nullptr) {
    transaction.socket_name = client.bind->name;
    transaction.socket_id = client.bind->index;
  }
  transaction.live = &live;
  transaction.stick = &counters;
  transaction.tls = client.tls != nullptr;
  if (client.tls) {
    transaction.sni = client.tls->sni;
    transaction.session_id = client.tls->session_id;
  }
  return transaction;
}

Action judge(const std::vector<config::TcpRule>& rules, const http::Transaction& transaction) {
  for (const config::TcpRule& rule : rules) {
    if (!http::holds(rule.condition, transaction)) continue;
    if (rule.action != Action::Change) return rule.action;
    http::change(rule.change, transaction);
  }
  return Action::Accept;
}

bool admits(const Service& service, const Frontend& frontend, ClientConnection& client) {
  StickCounters counters(service.stick_tables, client.tracked, nullptr);
  for (const auto* const rules :
       {&frontend.section.connection_rules, &frontend.section.session_rules}) {
    if (rules->empty()) continue;
    const ServiceState live(service, frontend, nullptr);
    const Action action = judge(*rules, about(client, live, counters));
    drop(client, action);
    if (action != Action::Accept) return false;
  }
  counters.count_session();
  return true;
}

asio::awaitable<bool> inspect(const Service& service, const Frontend& frontend,
                              ClientConnection& client, StickCounters& counters) {
  const auto& rules = frontend.section.content_rules;
  if (rules.empty()) co_return true;
  const ServiceState live(service, frontend, nullptr);
  const base::TimePoint deadline =
      std::chrono::steady_clock::now() + frontend.section.inspect_delay;
  for (bool over = false;;) {
    http::Transaction transaction = about(client, live, counters);
    transaction.inspection_over = over;
    const auto room = client.input.room();
    if (over || room.empty() || !may_change(rules, transaction)) {
      transaction.content = client.input.view();
      const Action action = judge(rules, transaction);
      drop(client, action);
      co_return action == Action::Accept;
    }
    const IoResult received = co_await client.stream.read(room, deadline);
    if (received.ok()) {
      client.input.commit(received.bytes);
    } else {
      over = true;
    }
  }
}

}  // namespace wslb::proxy
