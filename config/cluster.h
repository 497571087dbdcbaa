// The `cluster` section: which hosts there are, and how an agent treats the proxy beside it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/time.h"
#include "config/diagnostic.h"

namespace wslb::config {

// `node NAME ADDRESS [ADDRESS]`: one host. Every host has the same file; -n or the hostname says
// which it is. The second address is of the other family: for unicast adverts of that family, and
// to name the host by them (IPv6 adverts over multicast come from link-local addresses).
struct Node {
  std::string name;
  base::IpAddress address;
  Location where;
  std::optional<base::IpAddress> other_address = std::nullopt;

  [[nodiscard]] bool has_address(const base::IpAddress& wanted) const {
    return address == wanted || other_address == wanted;
  }
  // nullptr: it has none of this family.
  [[nodiscard]] const base::IpAddress* address_of(base::Family family) const;
};

// `URL [inter DURATION] [fall NUMBER] [rise NUMBER]`: an HTTP GET that is answered by 2xx or 3xx
// within `inter` is a success. The URL names an address, not a host.
struct UrlCheck {
  std::string url;  // http://ADDRESS[:PORT]/PATH, as it was written
  base::IpAddress address;
  std::uint16_t port = 80;
  std::string host;    // the `Host` field's value
  std::string target;  // the path and query, from the '/' on
  base::Duration inter = std::chrono::milliseconds(200);
  int fall = 2;  // 1 or more failures in a row: down
  int rise = 1;  // 1 or more successes in a row: up
};

// `proxy external pidfile F check URL [...]`: something else than wslb-proxy serves.
struct ExternalProxy {
  std::string pidfile;
  UrlCheck check;
};

// `status-bind ADDRESS:PORT`: where the agent shows the status page and the metrics.
struct StatusBind {
  enum class Where : std::uint8_t { Everywhere, AtNode, AtAddress };
  Where where = Where::Everywhere;
  base::IpAddress address;  // AtAddress
  std::uint16_t port = 0;

  bool operator==(const StatusBind&) const = default;

  // Of that node; IPv6's and IPv4's unspecified address where it is everywhere.
  [[nodiscard]] base::Endpoint endpoint(const Node& self) const;
};

struct Cluster {
  std::string name;
  std::vector<Node> nodes;                      // at least one, names and addresses unique
  std::optional<std::string> secret_file;       // nullopt: `secret none` was written out
  std::uint16_t peer_port = 8405;               // 1 .. 65535
  std::optional<ExternalProxy> external_proxy;  // nullopt: `proxy wslb`
  std::vector<std::string> proxy_command;       // empty: something else (systemd) runs the proxy
  std::optional<StatusBind> status_bind;        // nullopt: nowhere
  bool vault = true;                            // false: the agent keeps nothing for the proxy
  // How long a dead proxy may take to come back before the VIP moves; see patience().
  base::Duration takeover_after = std::chrono::milliseconds(300);
  Location where;

  [[nodiscard]] const Node* find_node(std::string_view node_name) const;
  // The node that has this address; nullptr: none.
  [[nodiscard]] const Node* node_at(const base::IpAddress& wanted) const;
  // How long a dead proxy's connections are kept for its successor. 0 without the vault, since they
  // are lost anyway: for another proxy than ours, and where nobody would wait.
  [[nodiscard]] base::Duration patience() const;
};

}  // namespace wslb::config
