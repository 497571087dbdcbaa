// What a table tells others, and what it takes from them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/proxy/stick/made_table.h"

namespace wslb::proxy::stick {
namespace {

using namespace std::chrono_literals;
using config::StickData;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Changes : public testing::Test {
 protected:
  Changes() {
    table.mark_all();
    (void)taken();
  }

  std::vector<Record> records(std::size_t max = 100) {
    std::vector<Record> out;
    table.take_changes(max, now, out);
    return out;
  }

  // "a", "-a" where it is gone, "a!" where it is pinned.
  std::vector<std::string> taken(std::size_t max = 100) {
    std::vector<std::string> names;
    for (const Record& record : records(max)) {
      std::string name(record.key.begin(), record.key.end());
      names.push_back((record.removed ? "-" : "") + name + (record.pinned ? "!" : ""));
    }
    return names;
  }

  Entry& add(std::string_view key) { return *table.find_or_add(bytes(key), now); }

  Record remote(std::string_view key, std::string server) {
    return {.key = bytes(key), .server = std::move(server), .expires_in = 8s};
  }

  Table table{texts(3), 7};
  base::TimePoint now = kStart;
};

TEST_F(Changes, EachEntryIsGivenOutOnceHoweverOftenItChanged) {
  table.add(add("a"), {StickData::Gpc0}, 1, now);
  table.set_server(add("b"), "app1", 1);
  table.add(add("a"), {StickData::Gpc0}, 1, now);
  EXPECT_TRUE(table.has_changes());
  EXPECT_THAT(taken(), ElementsAre("a", "b"));
  EXPECT_FALSE(table.has_changes());
  EXPECT_THAT(taken(), IsEmpty());
  table.add(add("a"), {StickData::Gpc0}, 1, now);
  EXPECT_THAT(taken(), ElementsAre("a"));
}

TEST_F(Changes, ARecordSaysAllThatIsStored) {
  Entry& entry = add("a");
  table.add(entry, {StickData::Gpc0}, 5, now);
  table.add(entry, {StickData::ConnCur}, 1, now);
  table.add(entry, {StickData::HttpReqRate}, 2, now);
  table.set_server(entry, "app1", 4);
  now += 100ms;
  const Record record = records().at(0);
  EXPECT_EQ(record.server, "app1");
  EXPECT_EQ(record.expires_in, 7900ms);
  EXPECT_THAT(record.data,
              ElementsAre(Datum{.type = 0, .value = 4}, Datum{.type = 2, .value = 5},
                          Datum{.type = 10, .value = 2, .age_ms = 100}, Datum{.type = 13}));
  Table other(texts(3), 8);
  EXPECT_TRUE(other.apply(record, now));
  Entry& copy = *other.find(bytes("a"), now);
  EXPECT_EQ(other.value(copy, {StickData::Gpc0}, now), 5U);
  EXPECT_EQ(other.value(copy, {StickData::HttpReqRate}, now), 2U);
  EXPECT_EQ(other.value(copy, {StickData::ConnCur}, now), 0U);
  EXPECT_EQ(other.server(copy), "app1");
  EXPECT_EQ(other.expires_in(copy, now), 7900ms);
}

TEST_F(Changes, NumbersAreAcknowledged) {
  add("a");
  add("b");
  EXPECT_THAT(taken(1), ElementsAre("a"));
  const std::uint64_t first = table.last_taken();
  EXPECT_THAT(taken(1), ElementsAre("b"));
  EXPECT_GT(table.last_taken(), first);
  table.acknowledge(first);
  EXPECT_TRUE(table.apply(remote("a", "x"), now));
  EXPECT_FALSE(table.apply(remote("b", "x"), now));
  table.acknowledge(table.last_taken());
  EXPECT_TRUE(table.apply(remote("b", "x"), now));
  EXPECT_FALSE(table.has_changes());
}

TEST_F(Changes, WhoeverBeginsAnewGetsEverything) {
  add("a");
  add("b");
  (void)taken();
  table.acknowledge(table.last_taken());
  add("c");
  (void)taken();
  table.mark_all();
  EXPECT_TRUE(table.has_changes());
  EXPECT_THAT(taken(), UnorderedElementsAre("a", "b", "c"));
  EXPECT_FALSE(table.has_changes());
}

TEST_F(Changes, RemovalsAreTold) {
  add("a");
  (void)taken();
  EXPECT_TRUE(table.remove(add("a"), now));
  EXPECT_EQ(table.find(bytes("a"), now), nullptr);
  EXPECT_EQ(table.used(now), 0U);
  EXPECT_THAT(taken(), ElementsAre("-a"));
  add("a");
  EXPECT_THAT(taken(), ElementsAre("a"));
  EXPECT_TRUE(table.remove(add("a"), now));
  (void)taken();
  table.acknowledge(table.last_taken());
  EXPECT_TRUE(table.apply(remote("a", "x"), now));
}

TEST_F(Changes, WhatAFullTableDropsIsTold) {
  for (const auto* const key : {"a", "b", "c"}) add(key);
  (void)taken();
  add("d");
  EXPECT_THAT(taken(), ElementsAre("-a", "d"));
  now += 9s;
  add("e");
  EXPECT_THAT(taken(), ElementsAre("e")) << "everybody sees expiry by himself";
}

TEST_F(Changes, UsesAreToldNowAndThen) {
  Entry& entry = add("a");
  (void)taken();
  now += 900ms;
  table.use(entry, now);
  EXPECT_FALSE(table.has_changes());
  now += 200ms;
  table.use(entry, now);
  EXPECT_THAT(taken(), ElementsAre("a"));
}

TEST_F(Changes, PinsAreTold) {
  Entry& entry = add("a");
  (void)taken();
  table.hold(entry, Table::Holder::Tunnel, now);
  EXPECT_THAT(taken(), ElementsAre("a!"));
  table.hold(entry, Table::Holder::Tunnel, now);
  table.release(entry, Table::Holder::Tunnel, now);
  EXPECT_THAT(taken(), IsEmpty());
  table.release(entry, Table::Holder::Tunnel, now);
  EXPECT_THAT(taken(), ElementsAre("a"));
}

TEST_F(Changes, SayWhenTheyWereMade) {
  const auto made = [this](base::Duration later) {
    now += later;
    const auto all = records();
    EXPECT_EQ(all.size(), 1U);
    return now - all.at(0).made;
  };
  Entry& entry = add("a");
  EXPECT_EQ(made(0s), 0s);
  table.add(entry, {StickData::Gpc0}, 1, now);
  EXPECT_EQ(made(3s), 3s - 1ms) << "rounded up";
  table.hold(entry, Table::Holder::Tunnel, now);
  EXPECT_EQ(made(100s), 100s - 1ms);
  table.release(entry, Table::Holder::Tunnel, now);
  EXPECT_EQ(made(2s), 2s - 1ms);
  EXPECT_TRUE(table.remove(entry, now));
  EXPECT_EQ(made(1s), 1s - 1ms);
}

TEST_F(Changes, WhatComesInDoesNotGoOut) {
  EXPECT_TRUE(table.apply(remote("a", "app1"), now));
  EXPECT_FALSE(table.has_changes());
  Record gone = remote("a", "");
  gone.removed = true;
  EXPECT_TRUE(table.apply(gone, now));
  EXPECT_EQ(table.find(bytes("a"), now), nullptr);
  EXPECT_FALSE(table.has_changes());
}

TEST_F(Changes, ARemotePinHoldsAsLongAsSomebodyFollows) {
  Record pinned = remote("a", "app1");
  pinned.pinned = true;
  EXPECT_TRUE(table.apply(pinned, now));
  now += 1h;
  EXPECT_NE(table.find(bytes("a"), now), nullptr);
  EXPECT_EQ(table.used(now), 1U);
  table.forget_follower();
  now += 1h;
  EXPECT_EQ(table.find(bytes("a"), now), nullptr);
}

TEST_F(Changes, AnEntryInUseIsNotRemovedFromElsewhere) {
  Entry& entry = add("a");
  table.hold(entry, Table::Holder::Tunnel, now);
  (void)taken();
  table.acknowledge(table.last_taken());
  Record gone = remote("a", "");
  gone.removed = true;
  EXPECT_FALSE(table.apply(gone, now));
  EXPECT_THAT(taken(), ElementsAre("a!")) << "the others are to have it again";
}

TEST_F(Changes, TheShellIsWokenOnce) {
  int woken = 0;
  table.on_changes([&woken] { ++woken; });
  add("a");
  add("b");
  EXPECT_EQ(woken, 1);
  (void)taken();
  add("a");
  table.add(add("a"), {StickData::Gpc0}, 1, now);
  EXPECT_EQ(woken, 2);
}

TEST_F(Changes, NobodyFollows) {
  add("a");
  table.forget_follower();
  add("b");
  EXPECT_TRUE(table.remove(add("b"), now));
  EXPECT_FALSE(table.has_changes());
  EXPECT_TRUE(table.apply(remote("a", "x"), now));
}

TEST_F(Changes, RecordsWithLittleTimeExpireFirst) {
  EXPECT_TRUE(table.apply(remote("a", "x"), now));
  Record soon = remote("b", "x");
  soon.expires_in = 1s;
  EXPECT_TRUE(table.apply(soon, now));
  now += 2s;
  EXPECT_EQ(table.used(now), 1U);
  EXPECT_NE(table.find(bytes("a"), now), nullptr);
}

}  // namespace
}  // namespace wslb::proxy::stick
