// The hosts of the pair: their names, addresses, and what their keepalived.conf says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "config/peers_section.h"
#include "ctl/migration/import.h"
#include "ctl/migration/keepalived_host.h"

namespace wslb::ctl::migration {

struct Member {
  std::string name;
  std::optional<KeepalivedHost> host;      // nullopt: its file was not given
  std::vector<base::IpAddress> addresses;  // at most one of each family

  [[nodiscard]] bool has(const base::IpAddress& address) const;
  void add(const base::IpAddress& address);  // unless it has one of that family
};

// In the order in which they were given. `peers`: of haproxy.cfg, which may know names and
// addresses.
[[nodiscard]] std::vector<Member> find_members(const ImportInput& input,
                                               const std::vector<config::PeersSection>& peers,
                                               Remarks& remarks);

// The `cluster` section.
[[nodiscard]] std::string cluster_text(const std::vector<Member>& members, Remarks& remarks);

}  // namespace wslb::ctl::migration
