#include "proxy/stick_table.h"

#include <algorithm>
#include <chrono>
#include <random>

#include <spdlog/spdlog.h>

namespace wslb::proxy {
namespace {

using config::StickData;
using std::chrono::steady_clock;

std::uint64_t random_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32U | device();
}

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::optional<base::Bytes> address_key(const base::IpAddress& address, bool v4) {
  const base::ByteView bytes = address.bytes();
  if (address.is_v4() == v4) return base::Bytes(bytes.begin(), bytes.end());
  if (!v4) {
    base::Bytes mapped(kMapped.begin(), kMapped.end());
    mapped.insert(mapped.end(), bytes.begin(), bytes.end());
    return mapped;
  }
  if (!std::ranges::equal(bytes.first(kMapped.size()), kMapped)) return std::nullopt;
  const base::ByteView own = bytes.subspan(kMapped.size());
  return base::Bytes(own.begin(), own.end());
}

base::Bytes big_endian(std::uint64_t number, std::size_t bytes) {
  base::Bytes key(bytes);
  for (std::size_t i = bytes; i > 0; --i, number >>= 8U) {
    key[i - 1] = static_cast<std::uint8_t>(number & 0xffU);
  }
  return key;
}

base::Bytes binary_of(const http::Value& value) {
  if (value.type() == config::SampleType::Address) {
    const auto address = value.to_address();
    const base::ByteView bytes = address->bytes();
    return {bytes.begin(), bytes.end()};
  }
  if (value.type() != config::SampleType::Text) {
    return big_endian(static_cast<std::uint64_t>(value.to_int().value_or(0)), 8);
  }
  std::string scratch;
  const std::string_view text = value.to_text(scratch);
  return {text.begin(), text.end()};
}

}  // namespace

StickTable::StickTable(const config::StickTable& definition) : table(definition, random_seed()) {}

void StickTable::tell_of_purges(base::TimePoint now) {
  const std::uint64_t purged = table.purged();
  if (purged == purges_told_) return;
  const bool first = purges_told_ == 0;
  if (!first && now - told_at_ < std::chrono::minutes(1)) return;
  spdlog::warn("stick table {} is full: {} entries were dropped for new ones; raise its size ({})",
               definition().name, purged - purges_told_, definition().size);
  purges_told_ = purged;
  told_at_ = now;
}

StickTables::StickTables(const config::Config& config, const StickTables* before) {
  for (const config::StickTable* const each : config.stick_tables()) {
    auto known = before == nullptr ? nullptr : before->find(each->name);
    const bool same = known != nullptr && known->definition().is_same_as(*each);
    tables_.emplace(each->name, same ? std::move(known) : std::make_shared<StickTable>(*each));
  }
  if (before == nullptr) return;
  for (const auto& [name, table] : before->tables_) {
    if (find(name) == table) continue;
    const std::lock_guard lock(table->mutex);
    spdlog::warn("stick table {}: {} in the new configuration, so its {} entries are gone", name,
                 find(name) == nullptr ? "it is not" : "it is another",
                 table->table.used(steady_clock::now()));
  }
}

std::shared_ptr<StickTable> StickTables::find(std::string_view name) const {
  const auto found = tables_.find(name);
  return found == tables_.end() ? nullptr : found->second;
}

StickHold::StickHold(std::shared_ptr<StickTable> table, stick::Entry& entry, Kind kind,
                     base::TimePoint now, stick::Table::Holder holder)
    : table_(std::move(table)), entry_(&entry), kind_(kind), holder_(holder) {
  stick::Table& own = table_->table;
  own.hold(entry, holder_, now);
  if (kind == Kind::Pin) return;
  own.add(entry, {StickData::ConnCur}, 1, now);
  if (kind == Kind::Tracker) {
    for (const StickData data : {StickData::ConnCnt, StickData::ConnRate}) {
      own.add(entry, {data}, 1, now);
    }
  }
  own.use(entry, now);
}

StickHold::~StickHold() {
  if (entry_ == nullptr) return;
  const std::lock_guard lock(table_->mutex);
  if (kind_ != Kind::Pin) table_->table.subtract_one(*entry_, {StickData::ConnCur});
  table_->table.release(*entry_, holder_, steady_clock::now());
}

void StickHold::become_tunnel() {
  if (holder_ == stick::Table::Holder::Tunnel) return;
  const std::lock_guard lock(table_->mutex);
  holder_ = stick::Table::Holder::Tunnel;
  table_->table.become_tunnel(*entry_, steady_clock::now());
}

std::optional<base::Bytes> stick_key(const config::StickTable& table, const http::Value& value) {
  using Type = config::StickTable::Type;
  switch (table.type) {
    case Type::Ip:
    case Type::Ipv6: {
      const auto address = value.to_address();
      const bool v4 = table.type == Type::Ip;
      // A text is read as an address of the table's own family.
      const bool text = value.type() == config::SampleType::Text;
      if (!address || (text && address->is_v4() != v4)) return std::nullopt;
      return address_key(*address, v4);
    }
    case Type::Integer: {
      const auto number = value.to_int();
      if (!number) return std::nullopt;
      return big_endian(static_cast<std::uint64_t>(*number), 4);
    }
    case Type::String: {
      std::string scratch;
      std::string_view text = value.to_text(scratch);
      text = text.substr(0, std::min(table.key_length, text.find('\0')));
      return base::Bytes(text.begin(), text.end());
    }
    case Type::Binary: {
      base::Bytes bytes = binary_of(value);
      bytes.resize(table.key_length);
      return bytes;
    }
  }
  return std::nullopt;
}

}  // namespace wslb::proxy
