// What a condition or a rule may look at: all that is known of one request or connection at that
// moment. The shell fills it in; what is not known yet stays null or empty, and samples of it have
// no value then.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "base/ip_address.h"
#include "config/sample.h"
#include "config/userlist.h"
#include "proxy/http/log_facts.h"
#include "proxy/http/request.h"
#include "proxy/http/response.h"
#include "proxy/http/value.h"
#include "proxy/http/variables.h"

namespace wslb::proxy::http {

// The state of the proxy that samples ask for: servers, queues and connections; chance, the time.
class LiveState {
 public:
  virtual ~LiveState() = default;
  // For the fetches from UsableServers to Uuid; nothing where there is no such proxy or server.
  [[nodiscard]] virtual std::optional<Value> value(const config::Sample& sample) const = 0;
  // Null: there is no such one.
  [[nodiscard]] virtual const config::Userlist* userlist(std::string_view /*name*/) const {
    return nullptr;
  }
};

class StickState;

struct Transaction {
  const RequestHead* request = nullptr;
  const ResponseHead* response = nullptr;
  base::Endpoint client;
  base::Endpoint destination;
  bool tls = false;
  std::string_view sni;         // of a connection whose TLS ends here
  std::string_view session_id;  // likewise: bytes
  std::string_view content;     // what a connection in TCP mode has sent so far
  bool inspection_over = true;
  Variables* session = nullptr;    // sess.
  Variables* variables = nullptr;  // txn., req. and res.
  const LiveState* live = nullptr;
  StickState* stick = nullptr;  // the stick tables
  // Where rules change the addresses; null: they cannot, and those above count.
  base::Endpoint* client_at = nullptr;
  base::Endpoint* destination_at = nullptr;
  std::string_view socket_name;  // of the `bind` line
  int socket_id = 0;
  std::function<std::string_view()> body;  // received so far; may be empty
  std::function<LogFacts()> facts;         // for the variables of log lines; may be empty

  [[nodiscard]] const base::Endpoint& source() const { return client_at ? *client_at : client; }
  [[nodiscard]] const base::Endpoint& target() const {
    return destination_at ? *destination_at : destination;
  }

  [[nodiscard]] const Value* find(const config::VariableName& name) const {
    const bool of_session = name.scope == config::VariableName::Scope::Session;
    const Variables* const scope = of_session ? session : variables;
    return scope == nullptr ? nullptr : scope->find(name);
  }
};

}  // namespace wslb::proxy::http
