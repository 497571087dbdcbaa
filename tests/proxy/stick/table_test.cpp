#include "proxy/stick/table.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include "tests/proxy/stick/made_table.h"

namespace wslb::proxy::stick {
namespace {

using namespace std::chrono_literals;
using config::StickData;

constexpr std::uint64_t kSeed = 7;

TEST(StickTable, FindsWhatWasAdded) {
  Table table(texts(100), kSeed);
  EXPECT_EQ(table.find(bytes("a"), kStart), nullptr);
  Entry* const a = table.find_or_add(bytes("a"), kStart);
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(table.find_or_add(bytes("a"), kStart), a);
  EXPECT_EQ(table.find(bytes("a"), kStart), a);
  EXPECT_NE(table.find_or_add(bytes("b"), kStart), a);
  EXPECT_EQ(table.used(kStart), 2U);
}

TEST(StickTable, HoldsWhatIsStored) {
  Table table(texts(100), kSeed);
  Entry& entry = *table.find_or_add(bytes("a"), kStart);
  table.add(entry, {StickData::Gpc0}, 2, kStart);
  table.add(entry, {StickData::BytesInCnt}, 5'000'000'000, kStart);
  table.add(entry, {StickData::HttpReqRate}, 3, kStart);
  table.add(entry, {StickData::HttpErrCnt}, 3, kStart);
  EXPECT_EQ(table.value(entry, {StickData::Gpc0}, kStart), 2U);
  EXPECT_EQ(table.value(entry, {StickData::BytesInCnt}, kStart), 5'000'000'000U);
  EXPECT_EQ(table.value(entry, {StickData::HttpReqRate}, kStart + 1s), 3U);
  EXPECT_EQ(table.value(entry, {StickData::HttpErrCnt}, kStart), std::nullopt);
  table.set_server(entry, "app1", 4);
  EXPECT_EQ(table.server(entry), "app1");
  EXPECT_EQ(table.value(entry, {StickData::ServerId}, kStart), 4U);
  EXPECT_EQ(table.value(entry, {StickData::Gpc0}, kStart), 2U);
}

TEST(StickTable, ArraysStandForTheirFirstElements) {
  config::StickTable definition = texts(10);
  definition.store = {{.type = StickData::Gpt, .elements = 2},
                      {.type = StickData::Gpc, .elements = 2}};
  Table table(definition, kSeed);
  Entry& entry = *table.find_or_add(bytes("a"), kStart);
  table.set(entry, {StickData::Gpc1}, 9, kStart);
  table.set(entry, {StickData::Gpt0}, 4, kStart);
  EXPECT_EQ(table.value(entry, {StickData::Gpc, 0}, kStart), 0U);
  EXPECT_EQ(table.value(entry, {StickData::Gpc, 1}, kStart), 9U);
  EXPECT_EQ(table.value(entry, {StickData::Gpt, 0}, kStart), 4U);
  EXPECT_EQ(table.value(entry, {StickData::Gpc, 2}, kStart), std::nullopt);
}

TEST(StickTable, EntriesExpireSomeTimeAfterTheirLastUse) {
  Table table(texts(100), kSeed);
  table.find_or_add(bytes("a"), kStart);
  table.find_or_add(bytes("b"), kStart);
  table.use(*table.find(bytes("a"), kStart + 5s), kStart + 5s);
  EXPECT_EQ(table.expires_in(*table.find(bytes("b"), kStart + 5s), kStart + 5s), 3s);
  EXPECT_EQ(table.find(bytes("b"), kStart + 8s), nullptr);
  EXPECT_NE(table.find(bytes("a"), kStart + 12s), nullptr);
  EXPECT_EQ(table.used(kStart + 12s), 1U);
  EXPECT_EQ(table.used(kStart + 13s), 0U);
}

TEST(StickTable, WithoutExpireTheyStay) {
  config::StickTable definition = texts(100);
  definition.expire.reset();
  Table table(definition, kSeed);
  Entry& entry = *table.find_or_add(bytes("a"), kStart);
  EXPECT_EQ(table.expires_in(entry, kStart), std::nullopt);
  EXPECT_NE(table.find(bytes("a"), kStart + 24h * 365), nullptr);
}

TEST(StickTable, AFullTableDropsTheLongestUnused) {
  Table table(texts(3), kSeed);
  for (const auto* const key : {"a", "b", "c"}) table.find_or_add(bytes(key), kStart);
  table.use(*table.find(bytes("a"), kStart + 1s), kStart + 1s);
  ASSERT_NE(table.find_or_add(bytes("d"), kStart + 2s), nullptr);
  EXPECT_EQ(table.find(bytes("b"), kStart + 2s), nullptr);
  EXPECT_NE(table.find(bytes("a"), kStart + 2s), nullptr);
  EXPECT_EQ(table.purged(), 1U);
}

TEST(StickTable, ALargeOneDropsSomeAtOnce) {
  Table table(texts(512), kSeed);
  for (int i = 0; i < 513; ++i) table.find_or_add(bytes(std::to_string(i)), kStart);
  EXPECT_EQ(table.used(kStart), 510U);
  EXPECT_EQ(table.find(bytes("2"), kStart), nullptr);
  EXPECT_NE(table.find(bytes("3"), kStart), nullptr);
}

TEST(StickTable, WithNopurgeAFullTableTakesNone) {
  config::StickTable definition = texts(1);
  definition.nopurge = true;
  Table table(definition, kSeed);
  table.find_or_add(bytes("a"), kStart);
  EXPECT_EQ(table.find_or_add(bytes("b"), kStart + 7s), nullptr);
  EXPECT_NE(table.find_or_add(bytes("b"), kStart + 8s), nullptr);
}

TEST(StickTable, WhoeverIsHeldNeitherExpiresNorIsDropped) {
  Table table(texts(1), kSeed);
  Entry& entry = *table.find_or_add(bytes("a"), kStart);
  table.hold(entry, Table::Holder::Request, kStart);
  table.become_tunnel(entry, kStart);
  EXPECT_EQ(table.find(bytes("a"), kStart + 1h), &entry);
  EXPECT_EQ(table.find_or_add(bytes("b"), kStart + 1h), nullptr);
  EXPECT_FALSE(table.remove(entry, kStart));
  EXPECT_EQ(table.expires_in(entry, kStart + 1h), 8s);
  table.release(entry, Table::Holder::Tunnel, kStart + 1h);
  EXPECT_NE(table.find(bytes("a"), kStart + 1h + 7s), nullptr);
  EXPECT_EQ(table.find(bytes("a"), kStart + 1h + 8s), nullptr);
}

TEST(StickTable, VisitsEveryEntry) {
  Table table(texts(1000), kSeed);
  for (int i = 0; i < 300; ++i) table.find_or_add(bytes(std::to_string(i)), kStart);
  std::size_t seen = 0;
  for (std::size_t bucket = 0; bucket < table.buckets();) {
    bucket = table.visit(
        bucket, 7,
        [&](Entry& entry) {
          ++seen;
          EXPECT_TRUE(table.remove(entry, kStart));
        },
        kStart);
  }
  EXPECT_EQ(seen, 300U);
  EXPECT_EQ(table.used(kStart), 0U);
}

// Memory of an entry with a key of 32 bytes and a server, bookkeeping of the heap included.
TEST(StickTable, AnEntryIsSmall) {
  constexpr std::uint32_t kEntries = 1'000'000;
  config::StickTable definition = texts(kEntries);
  definition.store = {{.type = StickData::ServerId}, {.type = StickData::ServerKey}};
  const auto allocated = [] {
    const struct mallinfo2 info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
  };
  const std::size_t before = allocated();
  Table table(definition, kSeed);
  std::string key(32, 'x');
  for (std::uint32_t i = 0; i < kEntries; ++i) {
    std::snprintf(key.data(), 9, "%08x", i);
    table.set_server(*table.find_or_add(bytes(key), kStart), "app1", 1);
  }
  ASSERT_EQ(table.used(kStart), kEntries);
  const double each = static_cast<double>(allocated() - before) / kEntries;
  RecordProperty("bytes", std::to_string(each));
  EXPECT_LE(each, 120.0);
}

}  // namespace
}  // namespace wslb::proxy::stick
