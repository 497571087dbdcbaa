// An entry of a stick table on its way between the proxies that share it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace wslb::proxy::stick {

struct Datum {
  std::uint8_t type = 0;       // HAProxy's number, config::StickData
  std::uint8_t index = 0;      // of an array
  std::uint64_t value = 0;     // of a rate: the count of the period that runs
  std::uint32_t age_ms = 0;    // of a rate: since that period began
  std::uint32_t previous = 0;  // of a rate: the count of the period before

  bool operator==(const Datum&) const = default;
};

struct Record {
  base::Bytes key;  // a text's or a binary's bytes, an integer in 4 bytes (big-endian), 4 or 16
  bool removed = false;
  bool purged = false;          // it was removed for want of room: others may keep it
  bool restated = false;        // others may know better, but for the pin
  std::string server{};         // its name, or its address; empty: none is known
  std::vector<Datum> data{};    // all that the table stores but conn_cur and the server's name
  base::Duration expires_in{};  // zero: never
  bool pinned = false;          // a tunnel holds it, so it does not expire
  base::TimePoint made{};       // the change, or a use since; to a millisecond, rounded up
};

}  // namespace wslb::proxy::stick
