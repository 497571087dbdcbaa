// The words of the sticky replica: tables, entries as they travel between proxies and agents, and
// the versions by which all agree on the newest.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace wslb::agent::sticky {

using TableId = std::uint16_t;   // as one replica, or one sender, numbers its tables
using NodeId = std::uint32_t;    // of a node of the cluster, made of its name: node_id()
using Sequence = std::uint64_t;  // of a replica's changes, from 1 on

[[nodiscard]] NodeId node_id(std::string_view name);

// Which of two changes of an entry is the newer one: the same answer on every host. `time` is a
// hybrid logical clock: microseconds since 1970 where clocks are right, but always more than that
// of any change its maker knew of, so that a clock that is wrong or stepped back loses nothing.
struct Version {
  std::uint64_t time = 0;
  NodeId origin = 0;  // who made the change; the entry is its to let expire

  friend auto operator<=>(const Version&, const Version&) = default;
};

enum class Life : std::uint8_t {
  Aging,    // ends at its deadline
  Pinned,   // does not, as long as its origin says so
  Removed,  // by an operator's `clear table`: known for a while so that no older copy comes back
};

// A data field of a table, in HAProxy's numbers (peers protocol 2.1).
struct Field {
  std::uint8_t type = 0;
  std::uint8_t elements = 1;  // of an array
  std::uint32_t period_ms = 0;

  friend bool operator==(const Field&, const Field&) = default;
};

struct Table {
  std::string name;
  std::uint8_t key_type = 0;     // likewise
  std::uint32_t key_length = 0;  // bytes at most
  std::uint64_t size = 0;        // entries
  base::Duration expire{0};      // 0: never
  std::vector<Field> fields;

  friend bool operator==(const Table&, const Table&) = default;
};

// An entry. Its bytes are somebody else's and end with the call that gives or takes it. `value` is
// opaque here: whatever the proxies put into it.
struct Record {
  TableId table = 0;
  base::ByteView key;
  base::ByteView value;
  Version version{};
  base::Duration expires_in{0};  // of an aging or removed one; Duration::max(): never
  Life life = Life::Aging;
};

}  // namespace wslb::agent::sticky
