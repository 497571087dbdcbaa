#include "agent/replica_store.h"

#include <gtest/gtest.h>

#include "agent/sticky/proxy_session.h"
#include "proto/sticky.pb.h"

namespace wslb::agent {
namespace {

using namespace std::chrono_literals;
using peers::Scope;

base::Bytes key_of(std::string_view text) {
  return {text.begin(), text.end()};
}

class ReplicaStoreTest : public testing::Test {
 protected:
  ReplicaStoreTest() {
    sticky::Table table;
    table.name = "bk";
    table.key_type = 6;
    table.key_length = 64;
    table.size = 100;
    table.expire = 60s;
    table.fields = {{.type = 0}, {.type = 2}, {.type = peers::kConnCur}, {.type = 19}};
    replica_.define(table);
    table.name = "/shared";
    replica_.define(table);
    table.name = "private";
    replica_.define(table);
  }

  void put(std::string_view key, const std::string& server, sticky::Life life = sticky::Life::Aging,
           std::uint8_t by = sticky::ProxySession::kBy, std::string_view table = "bk") {
    proto::StickyValue value;
    value.set_server(server);
    auto& datum = *value.add_data();
    datum.set_type(2);
    datum.set_value(7);
    const std::string text = value.SerializeAsString();
    const base::Bytes bytes(key.begin(), key.end());
    const base::Bytes value_bytes(text.begin(), text.end());
    replica_.change({.table = *replica_.find_table(table),
                     .key = bytes,
                     .value = value_bytes,
                     .expires_in = 30s,
                     .life = life},
                    by, begin_, begin_);
  }

  void learn_from_another_node(std::string_view key, const std::string& server) {
    proto::StickyValue value;
    value.set_server(server);
    const base::Bytes bytes = key_of(key);
    const base::Bytes value_bytes = key_of(value.SerializeAsString());
    replica_.merge({.table = 0,
                    .key = bytes,
                    .value = value_bytes,
                    .version = {5, sticky::node_id("lb2")},
                    .expires_in = 30s},
                   begin_);
  }

  [[nodiscard]] proto::StickyValue value_of(std::string_view key) const {
    const base::Bytes bytes(key.begin(), key.end());
    const auto* entry = replica_.find(0, bytes);
    proto::StickyValue value;
    if (entry != nullptr) {
      value.ParseFromArray(entry->value().data(), static_cast<int>(entry->value().size()));
    }
    return value;
  }

  // Keys and servers of what a peer hears after a change.
  std::string told(std::uint64_t after, Scope scope) {
    std::string text;
    while (const auto change = store_.next_change(after, "hap", scope)) {
      after = change->number;
      const base::Bytes& key = change->update.key;
      text += change->update.table + ":" + std::string(key.begin(), key.end()) + "=" +
              change->update.server + " ";
    }
    return text;
  }

  const base::TimePoint begin_ = std::chrono::steady_clock::now();
  sticky::Replica replica_{
      sticky::node_id("lb1"), begin_, {begin_, 1}, [](const sticky::Replica::Entry&) {}};
  ReplicaStore store_{replica_, {"bk", "/shared"}};
};

TEST_F(ReplicaStoreTest, KnowsTheTablesOfItsSection) {
  ASSERT_NE(store_.table("bk"), nullptr);
  EXPECT_EQ(store_.table("bk")->key_type, peers::KeyType::String);
  EXPECT_EQ(store_.table("bk")->expire, 60s);
  EXPECT_EQ(store_.table("bk")->data,
            (std::vector<peers::DataType>{{.type = 0}, {.type = 2}, {.type = 19}}));
  ASSERT_NE(store_.table("/shared"), nullptr);
  EXPECT_EQ(store_.table("/shared")->name, "/shared");
  for (const auto* name : {"private", "shared", "/bk"}) {
    EXPECT_EQ(store_.table(name), nullptr) << name;
  }
}

TEST_F(ReplicaStoreTest, FollowsATableThatIsDefinedAnew) {
  EXPECT_EQ(store_.table("bk")->key_length, 64U);
  sticky::Table table = replica_.tables()[0];
  table.key_length = 32;
  replica_.define(table);
  EXPECT_EQ(store_.table("bk")->key_length, 32U);
}

TEST_F(ReplicaStoreTest, TellsWhatTheProxyHasChangedAndToPupilsEverything) {
  put("a", "s1");
  learn_from_another_node("b", "s2");
  put("c", "s3", sticky::Life::Pinned);
  put("d", "s4", sticky::Life::Aging, sticky::ProxySession::kBy, "private");
  put("e", "s5", sticky::Life::Aging, sticky::ProxySession::kBy, "/shared");
  put("f", "s6", sticky::Life::Removed);
  EXPECT_EQ(told(0, Scope::News), "bk:a=s1 bk:c=s3 /shared:e=s5 ");
  EXPECT_EQ(told(0, Scope::Everything), "bk:a=s1 bk:b=s2 bk:c=s3 /shared:e=s5 ");
  EXPECT_EQ(told(1, Scope::News), "bk:c=s3 /shared:e=s5 ");
  EXPECT_EQ(told(store_.newest(), Scope::News), "");
  put("a", "s9");
  EXPECT_EQ(told(store_.newest() - 1, Scope::News), "bk:a=s9 ");
}

TEST_F(ReplicaStoreTest, SaysHowLongAnEntryHasLeftUnlessATunnelHoldsIt) {
  put("aging", "s1");
  put("held", "s1", sticky::Life::Pinned);
  const auto aging = store_.next_change(0, "hap", Scope::News);
  ASSERT_TRUE(aging && aging->update.expires_in);
  EXPECT_LE(*aging->update.expires_in, 30s);
  EXPECT_GT(*aging->update.expires_in, 20s);
  EXPECT_EQ(aging->update.data, (std::vector<peers::Datum>{{.type = 2, .value = 7}}));
  const auto held = store_.next_change(aging->number, "hap", Scope::News);
  ASSERT_TRUE(held);
  EXPECT_FALSE(held->update.expires_in);
}

TEST_F(ReplicaStoreTest, TakesWhatAPeerSaysAndDoesNotEchoIt) {
  store_.apply({.table = "bk",
                .key = key_of("x"),
                .server = "s2",
                .data = {{.type = 2, .value = 9}, {.type = 4, .value = 1}},
                .expires_in = 10s},
               "hap");
  EXPECT_EQ(value_of("x").server(), "s2");
  EXPECT_EQ(value_of("x").data_size(), 1);  // our table has no conn_cnt
  EXPECT_EQ(told(0, Scope::News), "");
  EXPECT_EQ(told(0, Scope::Everything), "bk:x=s2 ");
  put("x", "s3");
  EXPECT_EQ(told(0, Scope::News), "bk:x=s3 ");
}

TEST_F(ReplicaStoreTest, WhatOneHaproxySaysTheOthersHearFromItself) {
  store_.apply({.table = "bk", .key = key_of("x"), .server = "s2", .expires_in = 10s}, "another");
  EXPECT_EQ(told(0, Scope::News), "");
  EXPECT_EQ(told(0, Scope::Everything), "bk:x=s2 ");
}

TEST_F(ReplicaStoreTest, KeepsWhatAPeerDoesNotSpeakOf) {
  put("x", "s1");
  store_.apply({.table = "bk", .key = key_of("x"), .data = {{.type = 0, .value = 1}}}, "hap");
  EXPECT_EQ(value_of("x").server(), "s1");
  EXPECT_EQ(value_of("x").data_size(), 2);
}

TEST_F(ReplicaStoreTest, TheSameAgainIsNoChange) {
  const peers::Update update{.table = "bk", .key = key_of("x"), .server = "s2", .expires_in = 10s};
  store_.apply(update, "hap");
  const std::uint64_t before = store_.newest();
  store_.apply(update, "hap");
  EXPECT_EQ(store_.newest(), before);
  peers::Update later = update;
  later.expires_in = 15s;
  store_.apply(later, "hap");
  EXPECT_GT(store_.newest(), before);
}

TEST_F(ReplicaStoreTest, AnEntryThatATunnelHoldsStaysAsItIs) {
  put("x", "s1", sticky::Life::Pinned);
  const std::uint64_t before = store_.newest();
  store_.apply({.table = "bk", .key = key_of("x"), .server = "s2"}, "hap");
  EXPECT_EQ(store_.newest(), before);
  EXPECT_EQ(value_of("x").server(), "s1");
}

TEST_F(ReplicaStoreTest, IgnoresTablesThatItDoesNotShare) {
  store_.apply({.table = "private", .key = key_of("x"), .server = "s1"}, "hap");
  EXPECT_EQ(replica_.size(), 0U);
}

}  // namespace
}  // namespace wslb::agent
