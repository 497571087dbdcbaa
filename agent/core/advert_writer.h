// Composes the adverts of one section: to whom, in which checksum form, signed or not. It learns
// the form that each destination uses itself, since RFC 5798 and RFC 9568 disagree
// (vrrp/checksum.h).
#pragma once

#include <map>
#include <vector>

#include "agent/core/authenticator.h"
#include "agent/core/effect.h"
#include "base/ip_address.h"
#include "base/time.h"
#include "config/vrrp_section.h"
#include "vrrp/packet.h"

namespace wslb::agent::core {

class AdvertWriter {
 public:
  // `section` outlives the writer. `peers`: destinations of unicast.
  AdvertWriter(std::size_t index, const config::VrrpSection& section,
               std::vector<base::IpAddress> peers);

  void learn_form(const base::IpAddress& peer, vrrp::ChecksumForm form);

  // One SendAdvert for each destination. Returns their number.
  std::size_t write(std::uint8_t priority, const base::IpAddress& source,
                    Authenticator& authenticator, base::TimePoint now, Effects& effects) const;

 private:
  [[nodiscard]] vrrp::ChecksumForm form_for(const base::IpAddress& destination) const;

  std::size_t index_;
  const config::VrrpSection& section_;
  std::vector<base::IpAddress> destinations_;
  std::vector<base::IpAddress> vips_;                    // in the configuration's order
  std::map<base::IpAddress, vrrp::ChecksumForm> forms_;  // by destination
};

}  // namespace wslb::agent::core
