// What a `server` line says about how its host name becomes an address.
#include <array>

#include "config/comma_list.h"
#include "config/server_option.h"

namespace wslb::config {
namespace {

// "last,libc,10.0.0.1". There is no state file from which `last` could come.
Complaint set_init_address(Server& server, const std::string& value) {
  InitAddress init{.from_system = false, .may_lack = false, .fallback = std::nullopt};
  for (const std::string_view word : split_at_commas(value)) {
    const bool settled = init.fallback.has_value() || init.may_lack;
    if (word == "last" || settled) continue;  // nothing is asked after an address
    if (word == "libc") {
      init.from_system = true;
    } else if (word == "none") {
      init.may_lack = true;
    } else {
      init.fallback = base::IpAddress::parse(word);
      if (!init.fallback) {
        return "expects 'last', 'libc', 'none' or an address, not '" + value + "'";
      }
    }
  }
  server.init_address = init;
  return std::nullopt;
}

Complaint set_resolvers(Server& server, const std::string& value) {
  server.resolution.resolvers = value;
  return std::nullopt;
}

Complaint set_prefer(Server& server, const std::string& value) {
  if (value != "ipv4" && value != "ipv6") return "expects 'ipv4' or 'ipv6', not '" + value + "'";
  server.resolution.prefers_v6 = value == "ipv6";
  return std::nullopt;
}

Complaint set_networks(Server& server, const std::string& value) {
  server.resolution.networks.clear();
  for (const std::string_view word : split_at_commas(value)) {
    const auto network = base::IpNetwork::parse(word);
    if (!network) return "expects networks such as 10.0.0.0/8, not '" + std::string(word) + "'";
    server.resolution.networks.push_back(*network);
  }
  return std::nullopt;
}

Complaint set_options(Server& server, const std::string& value) {
  for (const std::string_view word : split_at_commas(value)) {
    if (word == "allow-dup-ip" || word == "prevent-dup-ip") {
      server.resolution.shares_addresses = word == "allow-dup-ip";
    } else if (word == "ignore-weight") {
      server.resolution.ignores_weight = true;
    } else {
      return "expects 'allow-dup-ip', 'prevent-dup-ip' or 'ignore-weight', not '" +
             std::string(word) + "'";
    }
  }
  return std::nullopt;
}

constexpr auto kNameOptions = std::to_array<ServerOption>({
    {"init-addr", true, set_init_address},
    {"resolvers", true, set_resolvers},
    {"resolve-prefer", true, set_prefer},
    {"resolve-net", true, set_networks},
    {"resolve-opts", true, set_options},
});

}  // namespace

std::span<const ServerOption> server_name_options() {
  return kNameOptions;
}

}  // namespace wslb::config
