// A Node as it is now, for wslbctl status and the metrics.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/time.h"
#include "config/vrrp_section.h"

namespace wslb::agent::core {

enum class SectionState : std::uint8_t { Init, Backup, Active, Fault };

// "init", "backup", "active" or "fault".
[[nodiscard]] std::string_view to_string(SectionState state);

struct Counter {
  std::string name;  // "adverts-sent", "refused-checksum", ...
  std::uint64_t value = 0;
};

struct SectionStatus {
  std::string name;
  std::uint8_t vrid = 0;
  base::Family family = base::Family::V4;
  std::string interface;
  SectionState state = SectionState::Init;
  std::uint8_t priority = 0;  // in force now: 254 while a command makes it take over
  base::TimePoint since;      // when `state` began
  std::string active_node;    // a node's name, else an address; empty: unknown
  std::string reason;         // why it is in `fault` or waits in `init`; empty otherwise
  // What the operator should look into though the section works: one clause each.
  std::vector<std::string> alarms;
  std::vector<config::Vip> vips;
  std::vector<Counter> counters;
};

struct ProxyStatus {
  bool ever_up = false;
  bool up = false;             // also while it is dead and its successor is waited for
  bool awaited = false;        // the latter
  std::int32_t pid = 0;        // 0: none
  std::uint64_t restarts = 0;  // times that it was lost and came back
};

struct Status {
  std::string node;
  std::vector<SectionStatus> sections;  // in the order of the configuration
  ProxyStatus proxy;
  bool drained = false;  // it stands back: no VIP is taken while another node can
};

}  // namespace wslb::agent::core
