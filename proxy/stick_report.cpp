#include "proxy/stick_report.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "base/ip_address.h"

namespace wslb::proxy {
namespace {

using config::StickData;
using std::chrono::milliseconds;
using TableType = config::StickTable::Type;

constexpr std::string_view kHex = "0123456789ABCDEF";

// HAProxy's way with what would confuse whoever cuts the line at blanks.
std::string escaped(base::ByteView bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    const char c = static_cast<char>(byte);
    const std::size_t named = std::string_view("\t\n\r\x1b").find(c);
    if (c == ' ' || c == '\\' || c == '=') {
      text.append("\\").append(1, c);
    } else if (named != std::string_view::npos) {
      text.append("\\").append(1, "tnre"[named]);
    } else if (byte < 0x20 || byte >= 0x7f) {
      text.append("\\x").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
    } else {
      text += c;
    }
  }
  return text;
}

std::string key_text(const stick::Table& table, base::ByteView key) {
  std::string text;
  switch (table.definition().type) {
    case TableType::Ip:
    case TableType::Ipv6:
      return base::IpAddress::from_bytes(key).to_string();
    case TableType::Integer:
      return std::to_string(base::ByteReader(key).u32());
    case TableType::String:
      return escaped(key);
    case TableType::Binary:
      for (const std::uint8_t byte : key) {
        text.append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
      }
      return text;
  }
  return text;
}

// " gpc0=1", " conn_rate(10000)=3", and of arrays each element with its number: "
// gpc1_rate(5000)=0".
std::string datum_text(const stick::Table& table, const stick::Entry& entry,
                       const config::StoredData& stored, std::uint32_t index, base::TimePoint now) {
  std::string name(name_of(stored.type));
  if (config::is_array(stored.type)) name.insert(3, std::to_string(index));
  if (config::is_rate(stored.type)) {
    const auto period = std::chrono::duration_cast<milliseconds>(stored.period).count();
    name += "(" + std::to_string(period) + ")";
  }
  if (stored.type == StickData::ServerKey) {
    const std::string server(table.server(entry));
    return " " + name + "=" + (server.empty() ? "-" : server);
  }
  const auto value = table.value(entry, {stored.type, index}, now).value_or(0);
  return " " + name + "=" + std::to_string(value);
}

}  // namespace

std::string table_line(stick::Table& table, base::TimePoint now) {
  const config::StickTable& definition = table.definition();
  return "# table: " + definition.name + ", type: " + std::string(name_of(definition.type)) +
         ", size:" + std::to_string(definition.size) + ", used:" + std::to_string(table.used(now)) +
         "\n";
}

std::string entry_line(const stick::Table& table, const stick::Entry& entry, base::TimePoint now) {
  std::array<char, 24> place;
  std::snprintf(place.data(), place.size(), "%p", static_cast<const void*>(&entry));
  const auto left = table.expires_in(entry, now).value_or(base::Duration::zero());
  std::string text = place.data();
  text += ": key=" + key_text(table, table.key(entry));
  text += " use=" + std::to_string(entry.holders);
  text += " exp=" + std::to_string(std::chrono::duration_cast<milliseconds>(left).count());
  for (const config::StoredData& stored : table.definition().store) {
    for (std::uint32_t i = 0; i < stored.elements; ++i) {
      text += datum_text(table, entry, stored, i, now);
    }
  }
  return text + "\n";
}

}  // namespace wslb::proxy
