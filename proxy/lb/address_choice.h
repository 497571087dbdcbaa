// Which of the addresses that DNS knows for a name each server of that name gets, and the same of
// services (SRV records, RFC 2782). A server keeps what it has as long as DNS has it; one address
// serves one server, unless its line allows more. Called by NameWatch on each answer.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "config/server.h"

namespace wslb::proxy::lb {

// A server that is named by host.
struct Seeker {
  const config::Resolution* wish = nullptr;
  std::optional<base::IpAddress> has;
  std::uint16_t port = 0;  // servers of the same name at other ports are no rivals
};

// For each seeker its address; nothing: none is left for it.
[[nodiscard]] std::vector<std::optional<base::IpAddress>> choose_addresses(
    std::span<const Seeker> seekers, std::span<const base::IpAddress> known);

// An SRV record.
struct ServiceRecord {
  std::string target;
  std::uint16_t port = 0;
  std::uint16_t weight = 0;

  // Whatever its weight, which may change.
  bool operator==(const ServiceRecord& other) const {
    return target == other.target && port == other.port;
  }
};

// For each server that has or wants one its record; nothing: none is left for it.
[[nodiscard]] std::vector<std::optional<ServiceRecord>> choose_services(
    std::span<const std::optional<ServiceRecord>> has, std::span<const ServiceRecord> known);

// A record's weight of 0 .. 65535 as a server's of 0 .. 256; only 0 becomes 0.
[[nodiscard]] int server_weight(std::uint16_t record_weight);

}  // namespace wslb::proxy::lb
