// A stick table and one entry of it, as HAProxy's peers know them: plain records, so that neither
// the store behind us nor the wire before us shows. The numbers of keys and data are the
// protocol's. Made and read by Session; filled from the store by its ChangeSource.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace wslb::agent::peers {

enum class KeyType : std::uint8_t { Integer = 2, Ipv4 = 4, Ipv6 = 5, String = 6, Binary = 7 };

// How a datum looks on the wire: a number, a rate (three numbers) or a name of a dictionary.
enum class DataForm : std::uint8_t { Number, Rate, Name };

inline constexpr std::uint8_t kServerId = 0;
inline constexpr std::uint8_t kConnCur = 6;
inline constexpr std::uint8_t kServerKey = 19;
inline constexpr std::uint8_t kDataTypes = 27;  // 25 and 26 are HAProxy 3's
inline constexpr std::uint32_t kElementsMax = 100;

[[nodiscard]] DataForm form_of(std::uint8_t data_type);
// Whether such a datum has numbered elements (gpt, gpc, gpc_rate).
[[nodiscard]] bool is_array(std::uint8_t data_type);
// Whether its numbers have 64 bits; all others have 32.
[[nodiscard]] bool is_wide(std::uint8_t data_type);

struct DataType {
  std::uint8_t type = 0;
  std::uint32_t elements = 0;           // of arrays, 1 .. kElementsMax
  std::chrono::milliseconds period{0};  // of rates

  bool operator==(const DataType&) const = default;
};

struct Table {
  std::string name{};  // the backend's; "/NAME" for a table of a `peers` section
  KeyType key_type = KeyType::String;
  std::uint32_t key_length = 0;         // bytes; of strings the longest
  std::chrono::milliseconds expire{0};  // 0: never
  std::vector<DataType> data{};         // ascending by type, each once

  bool operator==(const Table&) const = default;
};

// Two tables share entries only if their keys are the same; HAProxy wants it so, too.
[[nodiscard]] bool same_keys(const Table& one, const Table& other);

struct Datum {
  std::uint8_t type = 0;
  std::uint8_t index = 0;      // of arrays
  std::uint64_t value = 0;     // of a rate: its current count
  std::uint32_t age_ms = 0;    // of a rate: since its period began
  std::uint32_t previous = 0;  // of a rate: the count of the period before

  bool operator==(const Datum&) const = default;
};

struct Update {
  std::string table{};
  base::Bytes key{};          // integer: 4 bytes big-endian; ip: 4; ipv6: 16
  std::string server{};       // what server_key says; empty: nobody
  std::vector<Datum> data{};  // all else
  std::optional<base::Duration> expires_in = std::nullopt;  // nothing: as long as the table says

  bool operator==(const Update&) const = default;
};

}  // namespace wslb::agent::peers
