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

// `node NAME ADDRESS`: one host. Every host has the same file; -n or the hostname says which it is.
struct Node {
  std::string name;
  base::IpAddress address;
  Location where;
};

// `proxy external pidfile F check URL [inter D] [fall N]`: something else than wslb-proxy serves.
struct ExternalProxy {
  std::string pidfile;
  std::string check_url;  // http://ADDRESS[:PORT]/PATH
  base::Duration inter = std::chrono::milliseconds(200);
  int fall = 2;  // 1 or more
};

struct Cluster {
  std::string name;
  std::vector<Node> nodes;                      // at least one, names and addresses unique
  std::optional<std::string> secret_file;       // nullopt: `secret none` was written out
  std::uint16_t peer_port = 8405;               // 1 .. 65535
  std::optional<ExternalProxy> external_proxy;  // nullopt: `proxy wslb`
  std::vector<std::string> proxy_command;       // empty: something else (systemd) runs the proxy
  // How long a dead proxy may take to come back before the VIP moves. Without the vault it counts
  // as 0, since connections are lost anyway.
  base::Duration takeover_after = std::chrono::milliseconds(300);
  Location where;

  [[nodiscard]] const Node* find_node(std::string_view node_name) const;
};

}  // namespace wslb::config
