#include "agent/sticky_tables.h"

#include <algorithm>
#include <limits>
#include <string_view>

namespace wslb::agent {
namespace {

// HAProxy's numbers of key types.
std::uint8_t number_of(config::StickTable::Type type) {
  switch (type) {
    case config::StickTable::Type::Integer:
      return 2;
    case config::StickTable::Type::Ip:
      return 4;
    case config::StickTable::Type::Ipv6:
      return 5;
    case config::StickTable::Type::String:
      return 6;
    case config::StickTable::Type::Binary:
      break;
  }
  return 7;
}

sticky::Table convert(const config::StickTable& table) {
  // Between peers a table of a `peers` section goes without that section's name.
  const std::size_t slash = table.name.find('/');
  sticky::Table converted{
      .name = slash == std::string::npos ? table.name : table.name.substr(slash),
      .key_type = number_of(table.type),
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
    if (table->peers == peers) names.insert(convert(*table).name);
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
