// What the grammar of `cluster` and `vrrp` has but this version of wslb does not do yet. Such
// lines are read and checked whole and then refused here, so that a version that can do more has
// only to delete a feature. What is harmless to leave undone draws a warning instead, so that a
// file can be written for versions to come. (Words of HAProxy that are missing: haproxy_words.h.)
#pragma once

#include <cstdint>

#include "config/diagnostic.h"

namespace wslb::config {

enum class Feature : std::uint8_t { ExternalProxy, VrrpVersion2, Ipv6Vip, AddressOwner };

enum class Inert : std::uint8_t { SecretFile, PeerPort, TakeoverAfter };

void refuse(Feature feature, const Location& where, Diagnostics& diagnostics);
void warn(Inert inert, const Location& where, Diagnostics& diagnostics);

}  // namespace wslb::config
