// What a section counts: packets by what became of them, and its take-overs.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "agent/core/status.h"
#include "vrrp/packet.h"

namespace wslb::agent::core {

enum class Count : std::uint8_t {
  AdvertsSent,
  AdvertsReceived,
  ResignationsReceived,  // of these, with priority 0
  TakeOvers,
  RivalsHeard,  // adverts of lower priority while active
  VipsDiffer,   // accepted adverts that name other addresses
  ChecksumPseudoHeader,
  ChecksumGroupPseudoHeader,
  ChecksumMessageOnly,
  RefusedOwnAddress,  // our own packets, or a host with our address
  RefusedStranger,    // unicast from an address that is no peer
  RefusedVridClash,   // of another virtual router that uses our VRID
  RefusedUnsigned,
  RefusedUnknownKey,
  RefusedForged,    // a wrong signature
  RefusedReplayed,  // a signed advert that was seen before
  AuthenticOld,     // a signed advert of its sender's past
  AddressClaimed,   // another host said that it has a VIP while we were active
  AdvertsByLink,    // that were heard on the link between the agents alone
  EnteredInit,      // changes of the section's state, by the new one
  EnteredBackup,
  EnteredActive,
  EnteredFault,
};
inline constexpr std::size_t count_size = 23;

class Counters {
 public:
  void add(Count count) { ++counts_.at(static_cast<std::size_t>(count)); }
  void add(vrrp::DecodeError error) { ++refused_.at(static_cast<std::size_t>(error)); }
  void add(vrrp::ChecksumForm form);

  // All of them, also those that are 0.
  [[nodiscard]] std::vector<Counter> list() const;

 private:
  std::array<std::uint64_t, count_size> counts_{};
  std::array<std::uint64_t, vrrp::decode_error_count> refused_{};
};

}  // namespace wslb::agent::core
