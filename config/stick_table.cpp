#include "config/stick_table.h"

#include <algorithm>
#include <array>

namespace wslb::config {

std::string_view name_of(StickTable::Type type) {
  constexpr std::array<std::string_view, 8> kNames{"",   "",     "integer", "",
                                                   "ip", "ipv6", "string",  "binary"};
  return kNames.at(static_cast<std::size_t>(type));
}

const StoredData* StickTable::find(StickData data) const {
  const auto found = std::ranges::find(store, data, &StoredData::type);
  return found == store.end() ? nullptr : &*found;
}

std::string StickTable::peer_name() const {
  const std::size_t slash = name.find('/');
  return slash == std::string::npos ? name : name.substr(slash);
}

bool StickTable::is_same_as(const StickTable& other) const {
  return name == other.name && type == other.type && key_length == other.key_length &&
         size == other.size && expire == other.expire && nopurge == other.nopurge &&
         server_by_address == other.server_by_address && peers == other.peers &&
         store == other.store;
}

}  // namespace wslb::config
