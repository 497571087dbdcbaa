#include "proxy/tcp_rule.h"

#include <algorithm>

#include "config/condition_needs.h"
#include "proxy/http/acl.h"
#include "proxy/live_state.h"

namespace wslb::proxy {

namespace asio = boost::asio;

namespace {

using Action = config::TcpRule::Action;

void drop(ClientConnection& client, Action action) {
  if (action == Action::SilentDrop) client.stream.reset_on_close();
}

// Whether more bytes could change what the first rule that holds says: a rule before it looks at
// them.
bool may_change(const std::vector<config::TcpRule>& rules, const http::Transaction& transaction) {
  for (const config::TcpRule& rule : rules) {
    if (http::holds(rule.condition, transaction)) return false;
    if (config::needs(rule.condition) == config::Needs::Content) return true;
  }
  return false;
}

}  // namespace

http::Transaction about(ClientConnection& client, const http::LiveState& live) {
  http::Transaction transaction;
  transaction.client = client.address;
  transaction.destination = client.destination;
  transaction.content = client.input.view();
  transaction.session = &client.variables;
  transaction.live = &live;
  transaction.tls = client.tls.has_value();
  if (client.tls) transaction.sni = client.tls->sni;
  return transaction;
}

Action judge(const std::vector<config::TcpRule>& rules, const http::Transaction& transaction) {
  const auto first = std::ranges::find_if(
      rules, [&](const config::TcpRule& rule) { return http::holds(rule.condition, transaction); });
  return first == rules.end() ? Action::Accept : first->action;
}

bool admits(const Service& service, const Frontend& frontend, ClientConnection& client) {
  if (frontend.section.connection_rules.empty()) return true;
  const ServiceState live(service, frontend, nullptr);
  const Action action = judge(frontend.section.connection_rules, about(client, live));
  drop(client, action);
  return action == Action::Accept;
}

asio::awaitable<bool> inspect(const Service& service, const Frontend& frontend,
                              ClientConnection& client) {
  const auto& rules = frontend.section.content_rules;
  if (rules.empty()) co_return true;
  const ServiceState live(service, frontend, nullptr);
  const base::TimePoint deadline =
      std::chrono::steady_clock::now() + frontend.section.inspect_delay;
  for (bool over = false;;) {
    http::Transaction transaction = about(client, live);
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
