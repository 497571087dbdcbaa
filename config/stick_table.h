// `stick-table` of a proxy and `table` of a `peers` section: a table of keys that were seen, with
// the server that each leads to and with counters. proxy/stick/table.h is the table itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "config/diagnostic.h"
#include "config/stick_data.h"

namespace wslb::config {

struct StoredData {
  StickData type = StickData::ServerId;
  std::uint32_t elements = 1;  // of an array
  base::Duration period{};     // of a rate, in whole milliseconds

  bool operator==(const StoredData&) const = default;
};

struct StickTable {
  // As HAProxy's peers protocol numbers them.
  enum class Type : std::uint8_t { Integer = 2, Ip = 4, Ipv6 = 5, String = 6, Binary = 7 };

  std::string name;  // its section's; "PEERS/NAME" of a `peers` section
  Type type = Type::Ip;
  std::size_t key_length = 4;  // at most, in bytes
  std::uint32_t size = 0;      // entries at most
  std::optional<base::Duration> expire;
  bool nopurge = false;            // a full table takes no new entry
  bool server_by_address = false;  // `srvkey addr`
  std::string peers;               // the section whose members get its entries; empty: none
  std::vector<StoredData> store;   // in the order of their types
  Location where;

  // Null: it is not stored.
  [[nodiscard]] const StoredData* find(StickData data) const;
  // Its name among peers: one of a `peers` section goes without that section's.
  [[nodiscard]] std::string peer_name() const;
  // Whether entries made for the one can go on in the other.
  [[nodiscard]] bool is_same_as(const StickTable& other) const;
};

[[nodiscard]] std::string_view name_of(StickTable::Type type);

}  // namespace wslb::config
