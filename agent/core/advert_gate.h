// Which of the packets that arrive are adverts for one section: RFC 9568, section 7.1, the
// signature, and whether the sender can belong to our virtual router at all. Refusals are counted
// by reason; those that point to a mistake of an operator raise an alarm that names the sender.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/core/alarms.h"
#include "agent/core/authenticator.h"
#include "agent/core/counters.h"
#include "agent/core/effect.h"
#include "agent/core/input.h"
#include "base/ip_address.h"
#include "base/time.h"
#include "config/cluster.h"
#include "config/vrrp_section.h"
#include "vrrp/packet.h"

namespace wslb::agent::core {

class AdvertGate {
 public:
  // All of it outlives the gate. `peers`: who may send unicast; empty for multicast.
  AdvertGate(const config::VrrpSection& section, const config::Cluster& cluster,
             std::string_view self, std::vector<base::IpAddress> peers);

  struct Office {
    Authenticator& authenticator;
    Counters& counters;
    Alarms& alarms;
  };

  enum class Verdict : std::uint8_t {
    Refused,
    Old,  // authentic, but of its sender's past; `decoded` is set
    Admitted,
  };
  struct Admission {
    Verdict verdict = Verdict::Refused;
    vrrp::Decoded decoded{};
    const config::Node* node = nullptr;  // null: none of the cluster's
  };

  // `own`: the source of our own adverts.
  [[nodiscard]] Admission admit(const PacketReceived& packet, const base::IpAddress& own,
                                const Office& office, base::TimePoint now, Effects& effects) const;

 private:
  [[nodiscard]] Verdict judge_signature(const PacketReceived& packet, const vrrp::Decoded& decoded,
                                        const std::string& sender, const Office& office,
                                        base::TimePoint now, Effects& effects) const;
  // The addresses that an advert lists beside ours.
  enum class Likeness : std::uint8_t { Same, Shared, Foreign };
  [[nodiscard]] Likeness compare(const vrrp::Advert& advert) const;
  // The node that signed it, where only one can have.
  [[nodiscard]] const config::Node* only_peer() const;
  void report_differences(const vrrp::Advert& advert, const std::string& sender,
                          const Office& office, base::TimePoint now, Effects& effects) const;
  [[nodiscard]] std::string own_address_text(const base::IpAddress& own) const;
  [[nodiscard]] std::string clash_text(const vrrp::Advert& advert, const std::string& sender) const;
  [[nodiscard]] std::string mismatch(vrrp::DecodeError error, const PacketReceived& packet) const;
  [[nodiscard]] base::Result<vrrp::Decoded, vrrp::DecodeError> decode(const PacketReceived& packet,
                                                                      bool may_be_signed) const;
  [[nodiscard]] bool is_merely_signed(const PacketReceived& packet) const;
  [[nodiscard]] bool is_unicast() const { return section_.transport == config::Transport::Unicast; }

  const config::VrrpSection& section_;
  const config::Cluster& cluster_;
  std::string self_;
  std::vector<base::IpAddress> peers_;
  std::vector<base::IpAddress> vips_;  // sorted
};

}  // namespace wslb::agent::core
