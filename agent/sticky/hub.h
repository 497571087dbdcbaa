// All of an agent's sticky state: the replica, the servers' loads, the conversation with this
// host's proxy and those with the peer agents. Pure: frames and `now` go in, frames are pulled out,
// so that a cluster of hubs can be simulated. The shell calls one method after the other, on the
// sticky thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/sticky/peer_session.h"
#include "agent/sticky/proxy_session.h"
#include "agent/sticky/replica.h"
#include "agent/sticky/server_loads.h"
#include "base/time.h"

namespace wslb::agent::sticky {

class Hub {
 public:
  static constexpr std::chrono::milliseconds kTick{100};
  // For so long a new agent's proxy waits for what the peers have, lest it lead their clients anew.
  static constexpr std::chrono::seconds kLessonMax{2};

  // `peers`: names of the cluster's other nodes.
  Hub(Identity self, const std::vector<std::string>& peers, base::TimePoint begin,
      ClusterClock clock);
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  [[nodiscard]] Replica& replica() { return replica_; }
  [[nodiscard]] const Replica& replica() const { return replica_; }
  [[nodiscard]] ProxySession& proxy() { return proxy_; }
  [[nodiscard]] const ProxySession& proxy() const { return proxy_; }
  [[nodiscard]] PeerSession* find_peer(std::string_view node);  // nullptr: there is none
  [[nodiscard]] const std::vector<std::unique_ptr<PeerSession>>& peers() const { return peers_; }

  // Every kTick: lets entries expire, and the proxy of a new agent serve.
  void tick(base::TimePoint now);

 private:
  void tell_ended(const Replica::Entry& entry);

  [[nodiscard]] bool is_taught(base::TimePoint now) const;

  Identity self_;
  base::TimePoint begin_;
  Replica replica_;
  ServerLoads loads_;
  ProxySession proxy_;
  std::vector<std::unique_ptr<PeerSession>> peers_;
};

}  // namespace wslb::agent::sticky
