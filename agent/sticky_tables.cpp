#include "agent/sticky_tables.h"

#include <algorithm>
#include <limits>

namespace wslb::agent {
namespace {

sticky::Table convert(const config::StickTable& table) {
  sticky::Table converted{.name = table.peer_name(),
                          .key_type = static_cast<std::uint8_t>(table.type),
                          .key_length = static_cast<std::uint32_t>(table.key_length),
                          .size = table.size,
                          .expire = table.expire.value_or(base::Duration(0)),
                          .fields = {}};
  constexpr std::uint32_t kElementsMax = std::numeric_limits<std::uint8_t>::max();
  for (const config::StoredData& stored : table.store) {
    const auto period = std::chrono::duration_cast<std::chrono::milliseconds>(stored.period);
    converted.fields.push_back({static_cast<std::uint8_t>(stored.type),
                                static_cast<std::uint8_t>(std::min(stored.elements, kElementsMax)),
                                static_cast<std::uint32_t>(period.count())});
  }
  return converted;
}

}  // namespace

std::set<std::string> tables_of(const config::Config& config, const std::string& peers) {
  std::set<std::string> names;
  for (const config::StickTable* table : config.stick_tables()) {
    if (table->peers == peers) names.insert(table->peer_name());
  }
  return names;
}

std::vector<sticky::Table> shared_tables(const config::Config& config) {
  std::vector<sticky::Table> tables;
  for (const config::StickTable* table : config.stick_tables()) {
    if (!table->peers.empty()) tables.push_back(convert(*table));
  }
  return tables;
}

}  // namespace wslb::agent
