// A key of a stick table with its data: one block of memory, the data behind this head and the key
// behind the data. A million of them is what a table may hold, so every byte counts.
#pragma once

#include <cstdint>

#include "proxy/stick/frequency_counter.h"
#include "proxy/stick/linked_list.h"

namespace wslb::proxy::stick {

struct Entry {
  Entry* chain = nullptr;  // the next of its bucket
  Links<Entry> by_use;     // the longest unused first; not in the list while somebody holds it
  Links<Entry> by_change;  // those that are not acknowledged yet
  Tick expires = 0;          // so long after its last use or change, whether or not it will expire
  Tick announced = 0;        // what the last record said of that
  std::uint32_t change = 0;  // the lower half of its number
  std::uint32_t holders = 0;
  std::uint32_t tunnels = 0;  // among the holders
  std::uint16_t key_bytes = 0;
  bool is_change : 1 = false;  // in the list of changes
  bool is_gone : 1 = false;    // only its removal is still to be told
  bool is_purged : 1 = false;  // it is gone for want of room
  bool is_repin : 1 = false;   // that it is pinned is all that has changed
  std::uint8_t pinned_in = 0;  // the round of pins in which another host pinned it; 0: none
};

}  // namespace wslb::proxy::stick
