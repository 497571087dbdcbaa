// Two sessions and the wire between them, which carries what they write in pieces of any size.
#pragma once

#include <limits>
#include <string>
#include <string_view>

#include "agent/peers/session.h"
#include "store.h"

namespace wslb::agent::peers {

[[nodiscard]] base::TimePoint at(std::chrono::milliseconds since_start);
[[nodiscard]] base::Bytes bytes_of(std::string_view text);
[[nodiscard]] std::string text_of(const base::Bytes& bytes);
// "0a 83 01 05"
[[nodiscard]] base::Bytes from_hex(std::string_view hex);

struct End {
  Store store;
  Session session;
  std::vector<std::string> remarks;

  // Everything that there is to be sent now.
  base::Bytes write(base::TimePoint now, std::size_t bytes_max = kPieceMax);
  void read(base::ByteView bytes, base::TimePoint now);

  static constexpr std::size_t kPieceMax = 65536;
};

[[nodiscard]] End dialler(std::vector<Table> tables = {rooms_table()});   // "wslb" calls "hap"
[[nodiscard]] End listener(std::vector<Table> tables = {rooms_table()});  // "hap"

// Until neither has anything more to say.
void talk(End& one, End& other, base::TimePoint now,
          std::size_t piece = std::numeric_limits<std::size_t>::max());

}  // namespace wslb::agent::peers
