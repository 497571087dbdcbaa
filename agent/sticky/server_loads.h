// How many connections every node of the cluster has with every server, so that `leastconn` on one
// host sees them all. The proxy of this host tells its own numbers, peers tell theirs; peers are
// told the own ones, the proxy the sum of all others. Numbers of whoever is gone count no more.
//
// Owned by Hub; fed and read by ProxySession and PeerSession.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "agent/sticky/frame.h"
#include "agent/sticky/load_board.h"

namespace wslb::agent::sticky {

class ServerLoads {
 public:
  // Of one node and server; no sum of all nodes overflows.
  static constexpr std::uint32_t kConnectionsMax = 1U << 22U;

  // `anew`: what the proxy told before is void.
  void set_own(const Loads& loads, bool anew);
  void forget_own() { own_.clear(); }
  void set_of(const std::string& node, const Loads& loads);
  void forget(const std::string& node);

  [[nodiscard]] const LoadBoard& own() const { return own_; }
  [[nodiscard]] const LoadBoard& elsewhere() const { return elsewhere_; }

 private:
  using Numbers = std::map<ServerName, std::uint32_t>;  // none of them 0

  LoadBoard own_;
  LoadBoard elsewhere_;  // sums of `nodes_`
  std::map<std::string, Numbers> nodes_;
};

}  // namespace wslb::agent::sticky
