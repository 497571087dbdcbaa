#include "agent/sticky_record.h"

#include <chrono>
#include <limits>

namespace wslb::agent {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBytesMax = 16384;  // of a key and its value
constexpr std::size_t kTablesMax = 1024;
constexpr std::size_t kFieldsMax = 64;
constexpr std::size_t kNameBytesMax = 1024;  // of a backend or server
// More than a century is as good as never.
constexpr std::uint64_t kMillisecondsMax = std::uint64_t{100} * 365 * 24 * 3600 * 1000;

std::uint64_t to_ms(base::Duration time) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(time).count());
}

base::Duration from_ms(std::uint64_t count) {
  return milliseconds(static_cast<milliseconds::rep>(std::min(count, kMillisecondsMax)));
}

}  // namespace

void write_record(const sticky::Record& record, proto::StickyRecord& out) {
  out.set_table(record.table);
  out.set_key(record.key.data(), record.key.size());
  if (!record.value.empty()) out.set_value(record.value.data(), record.value.size());
  out.set_version_time(record.version.time);
  out.set_version_origin(record.version.origin);
  if (record.expires_in != base::Duration::max()) out.set_expires_in_ms(to_ms(record.expires_in));
  out.set_life(static_cast<proto::StickyRecord::Life>(record.life));
}

std::optional<sticky::Record> read_record(const proto::StickyRecord& in) {
  if (in.table() >= kTablesMax || in.key().size() + in.value().size() > kBytesMax) return {};
  if (in.life() < proto::StickyRecord::AGING || in.life() > proto::StickyRecord::REMOVED) return {};
  sticky::Record record{.table = static_cast<sticky::TableId>(in.table()),
                        .key = base::view(in.key()),
                        .value = base::view(in.value())};
  record.version = {in.version_time(), in.version_origin()};
  record.expires_in = in.has_expires_in_ms() ? from_ms(in.expires_in_ms()) : base::Duration::max();
  record.life = static_cast<sticky::Life>(in.life());
  return record;
}

bool read_records(const google::protobuf::RepeatedPtrField<proto::StickyRecord>& in,
                  std::vector<sticky::Record>& out) {
  out.reserve(static_cast<std::size_t>(in.size()));
  for (const proto::StickyRecord& one : in) {
    const auto record = read_record(one);
    if (!record) return false;
    out.push_back(*record);
  }
  return true;
}

void write_tables(const sticky::Tables& tables, proto::StickyTables& out) {
  for (const auto& [id, table] : tables.tables) {
    proto::StickyTable& one = *out.add_tables();
    one.set_id(id);
    one.set_name(table.name);
    one.set_key_type(table.key_type);
    one.set_key_length(table.key_length);
    one.set_size(table.size);
    one.set_expire_ms(to_ms(table.expire));
    for (const sticky::Field& field : table.fields) {
      proto::StickyField& written = *one.add_fields();
      written.set_type(field.type);
      written.set_elements(field.elements);
      written.set_period_ms(field.period_ms);
    }
  }
}

std::optional<sticky::Tables> read_tables(const proto::StickyTables& in) {
  sticky::Tables tables;
  for (const proto::StickyTable& one : in.tables()) {
    constexpr std::uint32_t kByte = std::numeric_limits<std::uint8_t>::max();
    if (one.id() >= kTablesMax || one.key_type() > kByte || one.name().empty()) return {};
    if (static_cast<std::size_t>(one.fields_size()) > kFieldsMax) return {};
    sticky::Table table{.name = one.name(),
                        .key_type = static_cast<std::uint8_t>(one.key_type()),
                        .key_length = one.key_length(),
                        .size = one.size(),
                        .expire = from_ms(one.expire_ms()),
                        .fields = {}};
    for (const proto::StickyField& field : one.fields()) {
      if (field.type() > kByte || field.elements() > kByte) return {};
      table.fields.push_back({static_cast<std::uint8_t>(field.type()),
                              static_cast<std::uint8_t>(field.elements()), field.period_ms()});
    }
    tables.tables.emplace_back(static_cast<sticky::TableId>(one.id()), std::move(table));
  }
  return tables;
}

void write_loads(const sticky::Loads& loads, proto::StickyLoads& out) {
  for (const sticky::ServerLoad& load : loads.loads) {
    proto::StickyLoad& one = *out.add_loads();
    one.set_backend(load.name.backend);
    one.set_server(load.name.server);
    one.set_connections(load.connections);
  }
}

std::optional<sticky::Loads> read_loads(const proto::StickyLoads& in) {
  const auto is_name = [](const std::string& name) {
    return !name.empty() && name.size() <= kNameBytesMax;
  };
  sticky::Loads loads;
  for (const proto::StickyLoad& one : in.loads()) {
    if (!is_name(one.backend()) || !is_name(one.server())) return std::nullopt;
    loads.loads.push_back({{one.backend(), one.server()}, one.connections()});
  }
  return loads;
}

}  // namespace wslb::agent
