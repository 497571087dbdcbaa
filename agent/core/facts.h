// What a node knows of its host, and what follows from it: whether a section may take part in the
// election. Only the last word on each thing is kept.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "agent/core/input.h"
#include "agent/core/status.h"
#include "base/ip_address.h"
#include "config/vrrp_section.h"

namespace wslb::agent::core {

struct Facts {
  std::map<std::string, LinkChanged, std::less<>> links;
  ProxyStatus proxy;
  std::string proxy_reason;  // why it is down
  bool proxy_told = false;   // it has reported, or was reported lost
  // After a restart in time: what was good before counts as good until it is told, or until then.
  std::optional<base::TimePoint> presumed_until;
  std::map<std::string, TrackChanged, std::less<>> tracks;

  // `pid`: the proxy that served before, and lives.
  void presume(std::int32_t pid, base::TimePoint until);
  void end_presumption();
  void expire(base::TimePoint now);

  [[nodiscard]] const LinkChanged* find_link(std::string_view interface) const;
};

// Fit: may be backup or active. Waiting: something has not been there yet, which is no fault but
// the order in which a host boots. `reason` is one clause for the operator; empty if fit.
struct Fitness {
  enum class Verdict : std::uint8_t { Fit, Waiting, Fault };
  Verdict verdict = Verdict::Fit;
  std::string reason;
};

// `own`: this node's address of the `cluster` section in the section's family; null: none.
[[nodiscard]] Fitness judge(const config::VrrpSection& section, const base::IpAddress* own,
                            const Facts& facts);

// The address to advertise from: IPv4's primary or IPv6's link-local one; to unicast peers, who
// take adverts from the addresses of the `cluster` section only, IPv6's own one of these.
[[nodiscard]] std::optional<base::IpAddress> source_address(const config::VrrpSection& section,
                                                            const LinkChanged& link);

// `own`: this node's address of the section's family; null: none.
[[nodiscard]] bool peers_accept(const config::VrrpSection& section, const base::IpAddress* own,
                                const base::IpAddress& source);

}  // namespace wslb::agent::core
