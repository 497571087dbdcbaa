#include <limits>

#include <gtest/gtest.h>

#include "agent/peers/definition.h"
#include "agent/peers/frame.h"
#include "agent/peers/update.h"
#include "agent/peers/varint.h"
#include "wire.h"

namespace wslb::agent::peers {
namespace {

using namespace std::chrono_literals;

base::Bytes varint(std::uint64_t value) {
  base::Bytes bytes;
  append_varint(bytes, value);
  return bytes;
}

TEST(Varint, IsAsLongAsTheProtocolSays) {
  EXPECT_EQ(varint(239), from_hex("ef"));
  EXPECT_EQ(varint(240), from_hex("f0 00"));
  EXPECT_EQ(varint(2287).size(), 2U);
  EXPECT_EQ(varint(2288), from_hex("f0 80 00"));
  EXPECT_EQ(varint(264431).size(), 3U);
  EXPECT_EQ(varint(264432).size(), 4U);
  EXPECT_EQ(varint(4328786159).size(), 5U);
  EXPECT_EQ(varint(std::numeric_limits<std::uint64_t>::max()).size(), kVarintBytesMax);
}

TEST(Varint, ReadsBackWhatWasWritten) {
  std::vector<std::uint64_t> values{0, 1, 239, 240, 241, 255, 256, 2287, 2288, 264431, 264432};
  for (unsigned shift = 8; shift < 64; ++shift) {
    values.insert(values.end(), {(1ULL << shift) - 1, 1ULL << shift});
  }
  values.push_back(std::numeric_limits<std::uint64_t>::max());
  for (const std::uint64_t value : values) {
    const base::Bytes bytes = varint(value);
    base::ByteReader reader(bytes);
    EXPECT_EQ(read_varint(reader), value);
    EXPECT_TRUE(reader.ok());
    EXPECT_EQ(reader.remaining(), 0U);
  }
}

TEST(Varint, RefusesWhatIsCutOffOrTooLarge) {
  for (const auto* hex :
       {"f0", "f0 80", "ff ff ff ff ff ff ff ff ff 7f", "ff ff ff ff ff ff ff ff ff ff ff ff 00"}) {
    const base::Bytes bytes = from_hex(hex);
    base::ByteReader reader(bytes);
    EXPECT_EQ(read_varint(reader), 0U) << hex;
    EXPECT_FALSE(reader.ok()) << hex;
  }
}

TEST(Frames, AreFoundHoweverTheyAreCut) {
  base::Bytes bytes;
  append_control(bytes, ControlType::Heartbeat);
  append_frame(bytes, TableType::Switch, from_hex("05"));
  append_frame(bytes, TableType::Update, base::Bytes(300, 1));
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    FrameReader reader;
    std::vector<std::size_t> sizes;
    for (std::size_t begin = 0; begin < bytes.size(); begin += piece) {
      reader.append(base::ByteView(bytes).subspan(begin, std::min(piece, bytes.size() - begin)));
      while (const auto frame = reader.next()) sizes.push_back(frame->payload.size());
    }
    EXPECT_EQ(sizes, (std::vector<std::size_t>{0, 1, 300})) << piece;
  }
}

TEST(Frames, OfMoreThanABufferAreNotWaitedFor) {
  base::Bytes bytes = from_hex("0a 80");
  append_varint(bytes, kPayloadBytesMax + 1);
  FrameReader reader;
  reader.append(bytes);
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.too_long());
}

TEST(Frames, EndWithALengthThatIsNoNumber) {
  FrameReader reader;
  reader.append(from_hex("0a 80 ff ff ff ff ff ff ff ff ff 7f"));
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.too_long());
}

// Recorded from HAProxy 2.6.12, with the entry that one request made of it:
// stick-table type string len 64 size 1k expire 3s store http_req_rate(10s),gpt(2)
Table recorded_table() {
  return {.name = "bk",
          .key_type = KeyType::String,
          .key_length = 64,
          .expire = 3s,
          .data = {{.type = kServerId},
                   {.type = 10, .period = 10s},
                   {.type = kServerKey},
                   {.type = 22, .elements = 2}}};
}

TEST(Definition, LooksLikeHaproxys) {
  base::Bytes bytes;
  append_definition(bytes, 1, recorded_table());
  EXPECT_EQ(bytes, from_hex("0a 82 13 01 02 62 6b 06 41 f1 b1 ff 10 f8 ac 00 0a f0 e2 03 16 02"));
}

TEST(Updates, LookLikeHaproxys) {
  const base::Bytes payload =
      from_hex("00 00 00 01 05 6c 6f 62 62 79 01 fe f2 97 ec 7e 00 00 04 01 02 73 31 00 00");
  LearnedNames learned;
  const auto decoded = decode_update(0x80, payload, recorded_table(), 0, learned);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->id, 1U);
  EXPECT_EQ(decoded->update.key, bytes_of("lobby"));
  EXPECT_EQ(decoded->update.server, "s1");
  EXPECT_EQ(decoded->update.data.front(), (Datum{.type = kServerId, .value = 1}));
  base::Bytes again;
  SentNames sent;
  append_update(again, recorded_table(), decoded->update, {.id = 1}, true, sent);
  EXPECT_EQ(base::Bytes(again.begin() + 3, again.end()), payload);
}

TEST(Definition, ReadsBackWhatWasWritten) {
  base::Bytes bytes;
  append_definition(bytes, 300, rooms_table("/shared"));
  FrameReader reader;
  reader.append(bytes);
  const auto frame = reader.next();
  ASSERT_TRUE(frame);
  const auto definition = decode_definition(frame->payload);
  ASSERT_TRUE(definition);
  EXPECT_EQ(definition->id, 300U);
  EXPECT_EQ(definition->table, rooms_table("/shared"));
  for (std::size_t size = 0; size < frame->payload.size(); ++size) {
    EXPECT_FALSE(decode_definition(frame->payload.first(size))) << size;
  }
}

TEST(Definition, LeavesOutWhatANewerHaproxyKnows) {
  base::Bytes payload = from_hex("01 01 74 02 04");
  append_varint(payload, 1ULL << 40U | 1U);
  append_varint(payload, 0);
  payload.insert(payload.end(), {40, 7});
  const auto definition = decode_definition(payload);
  ASSERT_TRUE(definition);
  EXPECT_EQ(definition->table.data, std::vector<DataType>{{.type = 0}});
}

TEST(Definition, RefusesKeysThatNoTableHas) {
  // type, key length
  for (const auto* keys : {"03 04", "02 05", "04 10", "05 04", "06 01", "07 00", "00 00"}) {
    base::Bytes payload = from_hex("01 01 74");
    const base::Bytes key = from_hex(keys);
    payload.insert(payload.end(), key.begin(), key.end());
    payload.insert(payload.end(), {0, 0});
    EXPECT_FALSE(decode_definition(payload)) << keys;
  }
}

struct Pipe {
  SentNames sent;
  LearnedNames learned;

  std::optional<DecodedUpdate> carry(const Table& table, const Update& update, UpdateNumber number,
                                     bool timed = true) {
    base::Bytes bytes;
    append_update(bytes, table, update, number, timed, sent);
    last_size = bytes.size();
    FrameReader reader;
    reader.append(bytes);
    const auto frame = reader.next();
    if (!frame) return std::nullopt;
    last_type = frame->type;
    return decode_update(frame->type, frame->payload, table, number.last_id.value_or(0), learned);
  }
  std::uint8_t last_type = 0;
  std::size_t last_size = 0;
};

TEST(Updates, OfAllFourKindsReadBack) {
  Pipe pipe;
  std::vector<int> types;
  for (const auto& last : {std::optional<std::uint32_t>(), std::optional<std::uint32_t>(4)}) {
    for (const bool timed : {false, true}) {
      const auto decoded =
          pipe.carry(rooms_table(), room("lobby", "s1"), {.id = 5, .last_id = last}, timed);
      ASSERT_TRUE(decoded);
      Update expected = room("lobby", "s1");
      if (!timed) expected.expires_in.reset();
      EXPECT_EQ(decoded->id, 5U);
      EXPECT_EQ(decoded->update, expected);
      types.push_back(pipe.last_type);
    }
  }
  EXPECT_EQ(types, (std::vector{0x80, 0x85, 0x81, 0x86}));
}

TEST(Updates, SayAServersNameOnce) {
  Pipe pipe;
  std::ignore = pipe.carry(rooms_table(), room("a", "server-one"), {.id = 1});
  const std::size_t first = pipe.last_size;
  EXPECT_EQ(pipe.carry(rooms_table(), room("b", "server-one"), {.id = 2})->update.server,
            "server-one");
  EXPECT_EQ(pipe.last_size + 11, first);
  EXPECT_EQ(pipe.carry(rooms_table(), room("b", ""), {.id = 3})->update.server, "");
}

TEST(Updates, GoOnWithMoreServersThanNumbers) {
  Pipe pipe;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const std::string name = "s" + std::to_string(i * i % 300);
    const auto decoded = pipe.carry(rooms_table(), room("k", name), {.id = i});
    ASSERT_TRUE(decoded);
    ASSERT_EQ(decoded->update.server, name);
  }
}

TEST(Updates, KeysAreCutOrFilledToTheTablesLength) {
  Pipe pipe;
  const std::string long_key(100, 'x');
  EXPECT_EQ(pipe.carry(rooms_table(), room(long_key, "s"), {.id = 1})->update.key.size(), 64U);
  Table binary = rooms_table();
  binary.key_type = KeyType::Binary;
  const auto decoded = pipe.carry(binary, room("abc", "s"), {.id = 1});
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->update.key.size(), 64U);
  EXPECT_EQ(decoded->update.key[2], 'c');
  EXPECT_EQ(decoded->update.key[3], 0);
}

TEST(Updates, FitIntoAFrameAtTheirLargest) {
  Table table = rooms_table();
  table.key_length = kKeyBytesMax;
  table.data.clear();
  Update update = room(std::string(kKeyBytesMax, 'k'), std::string(kServerNameBytesMax, 's'));
  update.data.clear();
  for (std::uint8_t type = 0; type < kDataTypes; ++type) {
    DataType& data = table.data.emplace_back(DataType{.type = type});
    if (is_array(type)) data.elements = kElementsMax;
    for (std::uint32_t i = 0; i < std::max(data.elements, 1U); ++i) {
      update.data.push_back({.type = type,
                             .index = static_cast<std::uint8_t>(i),
                             .value = 0xffffffff,
                             .age_ms = 0xffffffff,
                             .previous = 0xffffffff});
    }
  }
  Pipe pipe;
  EXPECT_TRUE(pipe.carry(table, update, {.id = 1}));
}

TEST(Updates, ThatAreCutOffAreRefused) {
  SentNames names;
  base::Bytes bytes;
  append_update(bytes, rooms_table(), room("lobby", "s1"), {.id = 1}, true, names);
  FrameReader reader;
  reader.append(bytes);
  const auto frame = reader.next();
  ASSERT_TRUE(frame);
  for (std::size_t size = 0; size < frame->payload.size(); ++size) {
    LearnedNames learned;
    EXPECT_FALSE(decode_update(frame->type, frame->payload.first(size), rooms_table(), 0, learned));
  }
}

TEST(Updates, WithANumberThatNoNameHasAreRefused) {
  const Table table{
      .name = "t", .key_type = KeyType::Integer, .key_length = 4, .data = {{.type = kServerKey}}};
  for (const auto* server : {"01 00", "01 81", "01 05", "03 81 01 61", "03 00 01 61", "03 05 02 61",
                             "02 05 00", "09 05 01 61"}) {
    base::Bytes payload = from_hex("00 00 00 01 00 00 00 2a");
    const base::Bytes rest = from_hex(server);
    payload.insert(payload.end(), rest.begin(), rest.end());
    LearnedNames names;
    EXPECT_FALSE(decode_update(0x80, payload, table, 0, names)) << server;
  }
}

}  // namespace
}  // namespace wslb::agent::peers
