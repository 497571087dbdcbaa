#include "agent/peers/update.h"

#include <algorithm>
#include <limits>

#include "agent/peers/frame.h"
#include "agent/peers/varint.h"

namespace wslb::agent::peers {
namespace {

constexpr std::uint64_t kNumberMax = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t kTimeMax = 0x7fffffff;  // ms

void append_u32(base::Bytes& out, std::uint32_t value) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

void append_key(base::Bytes& out, const Table& table, const base::Bytes& key) {
  const std::size_t length = std::min<std::size_t>(key.size(), table.key_length);
  if (table.key_type == KeyType::String) append_varint(out, length);
  out.insert(out.end(), key.begin(), key.begin() + static_cast<std::ptrdiff_t>(length));
  if (table.key_type != KeyType::String) out.resize(out.size() + table.key_length - length, 0);
}

const Datum* find_datum(const Update& update, std::uint8_t type, std::uint32_t index) {
  const auto found = std::ranges::find_if(
      update.data, [&](const Datum& datum) { return datum.type == type && datum.index == index; });
  return found == update.data.end() ? nullptr : &*found;
}

void append_server(base::Bytes& out, const std::string& server, SentNames& names) {
  if (server.empty() || server.size() > kServerNameBytesMax) return append_varint(out, 0);
  const SentNames::Entry entry = names.find_or_add(server);
  base::Bytes content;
  append_varint(content, entry.id);
  if (entry.is_new) {
    append_varint(content, server.size());
    content.insert(content.end(), server.begin(), server.end());
  }
  append_varint(out, content.size());
  out.insert(out.end(), content.begin(), content.end());
}

void append_data(base::Bytes& out, const DataType& type, const Update& update, SentNames& names) {
  if (type.type == kServerKey) return append_server(out, update.server, names);
  const bool rate = form_of(type.type) == DataForm::Rate;
  const std::uint32_t elements = std::max<std::uint32_t>(type.elements, 1);
  for (std::uint32_t index = 0; index < elements; ++index) {
    const Datum* datum = find_datum(update, type.type, index);
    if (rate) append_varint(out, datum != nullptr ? datum->age_ms : 0);
    append_varint(out, datum != nullptr ? datum->value : 0);
    if (rate) append_varint(out, datum != nullptr ? datum->previous : 0);
  }
}

base::Bytes read_key(base::ByteReader& reader, const Table& table) {
  std::uint64_t length = table.key_length;
  // A string that is longer than its table allows fails by the size that no frame has.
  if (table.key_type == KeyType::String) {
    const std::uint64_t said = read_varint(reader);
    length = said > table.key_length ? std::numeric_limits<std::size_t>::max() : said;
  }
  const base::ByteView bytes = reader.take(static_cast<std::size_t>(length));
  return {bytes.begin(), bytes.end()};
}

// False: malformed.
bool read_server(base::ByteReader& reader, std::string& server, LearnedNames& names) {
  const std::uint64_t length = read_varint(reader);
  if (length == 0) return reader.ok();
  if (length > reader.remaining()) return false;
  base::ByteReader content(reader.take(static_cast<std::size_t>(length)));
  const std::uint64_t id = read_varint(content);
  if (content.ok() && content.remaining() > 0) {
    const std::uint64_t size = read_varint(content);
    if (!content.ok() || size != content.remaining()) return false;
    const base::ByteView text = content.take(static_cast<std::size_t>(size));
    if (!names.learn(id, std::string(text.begin(), text.end()))) return false;
  }
  const std::string* name = content.ok() ? names.find(id) : nullptr;
  if (name != nullptr) server = *name;
  return name != nullptr;
}

std::uint32_t read_u32(base::ByteReader& reader) {
  return static_cast<std::uint32_t>(std::min(read_varint(reader), kNumberMax));
}

bool read_data(base::ByteReader& reader, const DataType& type, Update& update,
               LearnedNames& names) {
  if (type.type == kServerKey) return read_server(reader, update.server, names);
  const bool rate = form_of(type.type) == DataForm::Rate;
  const std::uint32_t elements = std::max<std::uint32_t>(type.elements, 1);
  for (std::uint32_t index = 0; index < elements && reader.ok(); ++index) {
    Datum& datum = update.data.emplace_back(
        Datum{.type = type.type, .index = static_cast<std::uint8_t>(index)});
    if (rate) datum.age_ms = read_u32(reader);
    datum.value = is_wide(type.type) ? read_varint(reader) : read_u32(reader);
    if (rate) datum.previous = read_u32(reader);
  }
  return reader.ok();
}

}  // namespace

void append_update(base::Bytes& out, const Table& table, const Update& update, UpdateNumber number,
                   bool timed, SentNames& names) {
  const bool incremental = number.last_id && *number.last_id + 1 == number.id;
  timed = timed && update.expires_in.has_value();
  base::Bytes payload;
  if (!incremental) append_u32(payload, number.id);
  if (timed) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*update.expires_in).count();
    append_u32(payload, static_cast<std::uint32_t>(std::clamp<std::int64_t>(left, 0, kTimeMax)));
  }
  append_key(payload, table, update.key);
  for (const DataType& type : table.data) append_data(payload, type, update, names);
  TableType type = incremental ? TableType::Incremental : TableType::Update;
  if (timed) type = incremental ? TableType::TimedIncremental : TableType::TimedUpdate;
  append_frame(out, type, payload);
}

std::optional<DecodedUpdate> decode_update(std::uint8_t type, base::ByteView payload,
                                           const Table& table, std::uint32_t last_id,
                                           LearnedNames& names) {
  const auto kind = static_cast<TableType>(type);
  const bool incremental = kind == TableType::Incremental || kind == TableType::TimedIncremental;
  const bool timed = kind == TableType::TimedUpdate || kind == TableType::TimedIncremental;
  base::ByteReader reader(payload);
  DecodedUpdate decoded;
  decoded.id = incremental ? last_id + 1 : reader.u32();
  Update& update = decoded.update;
  if (timed) update.expires_in = std::chrono::milliseconds(reader.u32());
  // Of a table whose entries never expire the time means nothing.
  if (table.expire.count() == 0) update.expires_in.reset();
  update.table = table.name;
  update.key = read_key(reader, table);
  for (const DataType& data : table.data) {
    if (!read_data(reader, data, update, names)) return std::nullopt;
  }
  return reader.ok() ? std::optional(std::move(decoded)) : std::nullopt;
}

}  // namespace wslb::agent::peers
