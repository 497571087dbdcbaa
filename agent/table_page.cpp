#include "agent/table_page.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "base/ip_address.h"
#include "proto/sticky.pb.h"

namespace wslb::agent {
namespace {

// HAProxy's numbers.
constexpr std::uint8_t kInteger = 2;
constexpr std::uint8_t kIpV4 = 4;
constexpr std::uint8_t kIpV6 = 5;
constexpr std::uint8_t kString = 6;
constexpr std::uint8_t kBinary = 7;
constexpr std::string_view kDigits = "0123456789abcdef";

using Entry = sticky::Replica::Entry;

std::int64_t age_of(const Entry& entry, const TableClock& clock) {
  using std::chrono::microseconds;
  const auto wall =
      std::chrono::duration_cast<microseconds>(clock.wall_now.time_since_epoch()).count();
  const auto made = static_cast<std::int64_t>(entry.version_time);
  return std::max<std::int64_t>(0, (wall - made) / 1000);
}

std::string name_of(sticky::NodeId origin, const config::Cluster& cluster) {
  for (const config::Node& node : cluster.nodes) {
    if (sticky::node_id(node.name) == origin) return node.name;
  }
  return "";
}

void write_entry(const Entry& entry, const sticky::Table& table, const config::Cluster& cluster,
                 const TableClock& clock, proto::TablePage::Entry& out) {
  out.set_key(key_text(table.key_type, entry.key()));
  const base::ByteView value = entry.value();
  proto::StickyValue stored;
  if (stored.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    out.set_server(stored.server());
  }
  out.set_origin(name_of(entry.origin, cluster));
  out.set_age_ms(age_of(entry, clock));
  out.set_pinned(entry.life == sticky::Life::Pinned);
  if (out.pinned() || entry.deadline == base::TimePoint::max()) return;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(entry.deadline - clock.now);
  out.set_expires_in_ms(static_cast<std::uint64_t>(std::max<std::int64_t>(0, left.count())));
}

std::string escaped(base::ByteView bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (byte >= ' ' && byte < 127 && byte != '\\') {
      text += static_cast<char>(byte);
    } else {
      text += "\\x";
      text += kDigits[byte >> 4U];
      text += kDigits[byte & 15U];
    }
  }
  return text;
}

std::string hexadecimal(base::ByteView bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

base::Error no_such_table(const sticky::Replica& replica, const std::string& name) {
  std::string known;
  for (const sticky::Table& table : replica.tables()) {
    known += (known.empty() ? "" : ", ") + table.name;
  }
  return {"no table '" + name + "' is shared with the peers; " +
          (known.empty() ? "none is: a stick-table line needs 'peers'" : "there are: " + known)};
}

}  // namespace

std::string key_type_name(std::uint8_t type) {
  switch (type) {
    case kInteger:
      return "integer";
    case kIpV4:
      return "ip";
    case kIpV6:
      return "ipv6";
    case kString:
      return "string";
    default:
      return "binary";
  }
}

std::string key_text(std::uint8_t type, base::ByteView key) {
  if (type == kInteger && key.size() == 4) return std::to_string(base::ByteReader(key).u32());
  const bool is_address = (type == kIpV4 && key.size() == 4) || (type == kIpV6 && key.size() == 16);
  if (is_address) return base::IpAddress::from_bytes(key).to_string();
  return type == kString ? escaped(key) : hexadecimal(key);
}

std::optional<base::Bytes> key_bytes(std::uint8_t type, const std::string& text) {
  if (type == kString) return base::Bytes(text.begin(), text.end());
  if (type == kInteger) {
    std::uint32_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end) return std::nullopt;
    base::ByteWriter writer;
    writer.u32(number);
    return writer.bytes();
  }
  if (type == kIpV4 || type == kIpV6) {
    const auto address = base::IpAddress::parse(text);
    if (!address || address->is_v4() != (type == kIpV4)) return std::nullopt;
    const base::ByteView bytes = address->bytes();
    return base::Bytes(bytes.begin(), bytes.end());
  }
  base::Bytes bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    std::uint8_t byte = 0;
    const std::string pair = text.substr(i, 2);
    const auto [stop, error] = std::from_chars(pair.data(), pair.data() + pair.size(), byte, 16);
    if (pair.size() != 2 || error != std::errc() || stop != pair.data() + 2) return std::nullopt;
    bytes.push_back(byte);
  }
  return bytes;
}

base::Result<proto::TablePage> table_page(const sticky::Replica& replica,
                                          const config::Cluster& cluster,
                                          const proto::TableRequest& request,
                                          const TableClock& clock) {
  const auto id = replica.find_table(request.name());
  if (!id) return no_such_table(replica, request.name());
  const sticky::Table& table = replica.tables()[*id];
  proto::TablePage page;
  page.set_total(replica.entries_of(*id));
  if (request.has_key()) {
    const auto key = key_bytes(table.key_type, request.key());
    if (!key) {
      return base::Error{"'" + request.key() + "' is no key of type " +
                         key_type_name(table.key_type)};
    }
    const Entry* const entry = replica.find(*id, *key);
    if (entry == nullptr || entry->life == sticky::Life::Removed) return page;
    write_entry(*entry, table, cluster, clock, *page.add_entries());
    return page;
  }
  const std::uint32_t wanted = request.limit() > 0 ? request.limit() : kTablePageMax;
  const int limit = static_cast<int>(std::min(wanted, kTablePageMax));
  const sticky::Sequence before =
      request.after() > 0 ? request.after() : std::numeric_limits<sticky::Sequence>::max();
  replica.walk_back(before, [&](const Entry& entry) {
    if (entry.table != *id || entry.life == sticky::Life::Removed) return true;
    if (page.entries_size() == limit) return false;
    write_entry(entry, table, cluster, clock, *page.add_entries());
    page.set_next(entry.sequence);
    return true;
  });
  if (page.entries_size() < limit) page.clear_next();
  return page;
}

}  // namespace wslb::agent
