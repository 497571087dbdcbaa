// The cluster as a picture: clients, the VIPs, the hosts with their proxies, and who is active.
// SVG, of this node's view. Pure.
#pragma once

#include <string>

#include "proto/control.pb.h"

namespace wslb::view {

[[nodiscard]] std::string cluster_picture(const proto::Status& status);

}  // namespace wslb::view
