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

  [[nodiscard]] const LinkChanged* find_link(std::string_view interface) const;
};

// Fit: may be backup or active. Waiting: something has not been there yet, which is no fault but
// the order in which a host boots. `reason` is one clause for the operator; empty if fit.
struct Fitness {
  enum class Verdict : std::uint8_t { Fit, Waiting, Fault };
  Verdict verdict = Verdict::Fit;
  std::string reason;
};

// `own`: this node's address of the `cluster` section.
[[nodiscard]] Fitness judge(const config::VrrpSection& section, const base::IpAddress& own,
                            const Facts& facts);

// The address to advertise from: IPv4's primary or IPv6's link-local one.
[[nodiscard]] std::optional<base::IpAddress> source_address(const LinkChanged& link,
                                                            base::Family family);

// Unicast peers take adverts from the addresses of the `cluster` section only.
[[nodiscard]] bool peers_accept(const config::VrrpSection& section, const base::IpAddress& own,
                                const base::IpAddress& source);

}  // namespace wslb::agent::core
