// The sticky store as HaproxyPeers needs it. Implemented over the agent's replica, and by tests.
#pragma once

#include <string>

#include "agent/peers/change_source.h"

namespace wslb::agent {

class HaproxyStore : public peers::ChangeSource {
 public:
  // A peer says so. What it says of an entry that is equal already changes nothing, so that it is
  // not passed on.
  virtual void apply(const peers::Update& update, const std::string& from_peer) = 0;
};

}  // namespace wslb::agent
