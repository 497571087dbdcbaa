#include "agent/peers/definition.h"

#include <algorithm>
#include <cassert>

#include "agent/peers/frame.h"
#include "agent/peers/varint.h"

namespace wslb::agent::peers {
namespace {

constexpr std::uint64_t kPeriodMax = 0x7fffffff;  // ms, as HAProxy's

// HAProxy counts the zero that ends a string.
std::uint32_t wire_key_length(const Table& table) {
  return table.key_length + (table.key_type == KeyType::String ? 1U : 0U);
}

std::optional<KeyType> to_key_type(std::uint64_t number) {
  switch (number) {
    case 2:
    case 4:
    case 5:
    case 6:
    case 7:
      return static_cast<KeyType>(number);
    default:
      return std::nullopt;
  }
}

bool is_length_of(KeyType type, std::uint64_t length) {
  switch (type) {
    case KeyType::Integer:
    case KeyType::Ipv4:
      return length == 4;
    case KeyType::Ipv6:
      return length == 16;
    case KeyType::String:
      return length >= 2 && length <= kPayloadBytesMax;
    case KeyType::Binary:
      return length >= 1 && length <= kPayloadBytesMax;
  }
  return false;
}

// What follows for arrays and rates. False: malformed.
bool read_shape(base::ByteReader& reader, DataType& data) {
  const bool array = is_array(data.type);
  const bool rate = form_of(data.type) == DataForm::Rate;
  if (!array && !rate) return true;
  if (read_varint(reader) != data.type) return false;
  if (array) {
    const std::uint64_t elements = read_varint(reader);
    if (elements < 1 || elements > kElementsMax) return false;
    data.elements = static_cast<std::uint32_t>(elements);
  }
  if (rate) {
    const std::uint64_t period = read_varint(reader);
    data.period = std::chrono::milliseconds(std::min(period, kPeriodMax));
  }
  return reader.ok();
}

}  // namespace

void append_definition(base::Bytes& out, std::uint64_t id, const Table& table) {
  assert(table.name.size() <= kTableNameBytesMax && table.key_length <= kKeyBytesMax);
  base::Bytes payload;
  append_varint(payload, id);
  append_varint(payload, table.name.size());
  payload.insert(payload.end(), table.name.begin(), table.name.end());
  append_varint(payload, static_cast<std::uint64_t>(table.key_type));
  append_varint(payload, wire_key_length(table));
  std::uint64_t bits = 0;
  for (const DataType& data : table.data) bits |= std::uint64_t{1} << data.type;
  append_varint(payload, bits);
  append_varint(payload, static_cast<std::uint64_t>(table.expire.count()));
  for (const DataType& data : table.data) {
    const bool rate = form_of(data.type) == DataForm::Rate;
    if (!rate && !is_array(data.type)) continue;
    append_varint(payload, data.type);
    if (is_array(data.type)) append_varint(payload, data.elements);
    if (rate) append_varint(payload, static_cast<std::uint64_t>(data.period.count()));
  }
  append_frame(out, TableType::Define, payload);
}

std::optional<Definition> decode_definition(base::ByteView payload) {
  base::ByteReader reader(payload);
  Definition definition;
  Table& table = definition.table;
  definition.id = read_varint(reader);
  const std::uint64_t name_length = read_varint(reader);
  if (name_length < 1 || name_length > kTableNameBytesMax) return std::nullopt;
  const base::ByteView name = reader.take(static_cast<std::size_t>(name_length));
  table.name.assign(name.begin(), name.end());
  const auto type = to_key_type(read_varint(reader));
  const std::uint64_t length = read_varint(reader);
  if (!reader.ok() || !type || !is_length_of(*type, length)) return std::nullopt;
  table.key_type = *type;
  table.key_length = static_cast<std::uint32_t>(length - (*type == KeyType::String ? 1 : 0));
  const std::uint64_t bits = read_varint(reader);
  table.expire = std::chrono::milliseconds(std::min(read_varint(reader), kPeriodMax));
  for (std::uint8_t number = 0; number < kDataTypes; ++number) {
    if ((bits >> number & 1U) == 0) continue;
    DataType& data = table.data.emplace_back(DataType{.type = number});
    if (!read_shape(reader, data)) return std::nullopt;
  }
  return reader.ok() ? std::optional(definition) : std::nullopt;
}

}  // namespace wslb::agent::peers
