// Entries of a sticky table as wslbctl shows them, newest change first, a page at a time. Called on
// the sticky thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "agent/sticky/replica.h"
#include "base/result.h"
#include "base/time.h"
#include "config/cluster.h"
#include "proto/control.pb.h"

namespace wslb::agent {

inline constexpr std::uint32_t kTablePageMax = 1000;  // entries

struct TableClock {
  base::TimePoint now;
  std::chrono::system_clock::time_point wall_now;  // the same moment
};

// The error is a line for the operator.
[[nodiscard]] base::Result<proto::TablePage> table_page(const sticky::Replica& replica,
                                                        const config::Cluster& cluster,
                                                        const proto::TableRequest& request,
                                                        const TableClock& clock);

// "string", "ip", ... of HAProxy's number.
[[nodiscard]] std::string key_type_name(std::uint8_t type);

// What is no printable ASCII, and a backslash, as "\x5c".
[[nodiscard]] std::string key_text(std::uint8_t type, base::ByteView key);
// The key that this text means; nothing: none of that type.
[[nodiscard]] std::optional<base::Bytes> key_bytes(std::uint8_t type, const std::string& text);

}  // namespace wslb::agent
