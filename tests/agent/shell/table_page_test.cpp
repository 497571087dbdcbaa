#include "agent/table_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/sticky.pb.h"

namespace wslb::agent {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::uint8_t kString = 6;

class TablePageTest : public testing::Test {
 protected:
  TablePageTest()
      : replica_(sticky::node_id("lb1"), now_, sticky::ClusterClock(now_, 1'000'000),
                 [](auto&) {}) {
    cluster_.nodes = {{"lb1", base::IpAddress::parse("10.0.0.11").value(), {}}};
    table_ = replica_.define({.name = "app",
                              .key_type = kString,
                              .key_length = 32,
                              .size = 100,
                              .expire = 60s,
                              .fields = {}});
  }

  void add(const std::string& key, sticky::Life life = sticky::Life::Aging) {
    proto::StickyValue value;
    value.set_server("s1");
    const std::string bytes = value.SerializeAsString();
    const base::Bytes key_bytes(key.begin(), key.end());
    const base::Bytes value_bytes(bytes.begin(), bytes.end());
    sticky::Record record{
        .table = table_, .key = key_bytes, .value = value_bytes, .expires_in = 60s, .life = life};
    replica_.change(record, 1, now_, now_);
  }

  base::Result<proto::TablePage> page(const proto::TableRequest& request) {
    return table_page(replica_, cluster_, request,
                      {now_, std::chrono::system_clock::time_point(3s)});
  }

  base::TimePoint now_ = base::TimePoint{} + 1h;
  config::Cluster cluster_;
  sticky::Replica replica_;
  sticky::TableId table_ = 0;
};

TEST_F(TablePageTest, ShowsTheNewestChangeFirstAPageAtATime) {
  for (const char* key : {"a", "b", "c"}) add(key);
  proto::TableRequest request;
  request.set_name("app");
  request.set_limit(2);
  auto first = page(request);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->total(), 3U);
  ASSERT_EQ(first->entries_size(), 2);
  EXPECT_EQ(first->entries(0).key(), "c");
  EXPECT_EQ(first->entries(0).server(), "s1");
  EXPECT_EQ(first->entries(0).origin(), "lb1");
  EXPECT_EQ(first->entries(0).expires_in_ms(), 60'000U);
  request.set_after(first->next());
  const auto second = page(request);
  ASSERT_EQ(second->entries_size(), 1);
  EXPECT_EQ(second->entries(0).key(), "a");
  EXPECT_EQ(second->next(), 0U);
}

TEST_F(TablePageTest, FindsOneKey) {
  add("a", sticky::Life::Pinned);
  add("b");
  proto::TableRequest request;
  request.set_name("app");
  request.set_key("a");
  const auto found = page(request);
  ASSERT_EQ(found->entries_size(), 1);
  EXPECT_TRUE(found->entries(0).pinned());
  EXPECT_FALSE(found->entries(0).has_expires_in_ms());
  request.set_key("nobody");
  EXPECT_EQ(page(request)->entries_size(), 0);
}

TEST_F(TablePageTest, NamesTheTablesThatThereAre) {
  proto::TableRequest request;
  request.set_name("other");
  const auto none = page(request);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("there are: app"));
}

TEST(TableKeys, AsTextAndBack) {
  const base::Bytes address{10, 0, 0, 1};
  const base::Bytes hostile{'a', '\\', 27, 255};
  EXPECT_EQ(key_text(4, address), "10.0.0.1");
  EXPECT_EQ(key_text(2, address), "167772161");
  EXPECT_EQ(key_text(kString, hostile), "a\\x5c\\x1b\\xff");
  EXPECT_EQ(key_text(7, address), "0a000001");
  EXPECT_EQ(key_bytes(4, "10.0.0.1"), address);
  EXPECT_EQ(key_bytes(2, "167772161"), address);
  EXPECT_EQ(key_bytes(7, "0a000001"), address);
  for (const std::uint8_t type : std::initializer_list<std::uint8_t>{2, 4, 5, 7})
    EXPECT_EQ(key_bytes(type, "x"), std::nullopt);
  EXPECT_EQ(key_bytes(7, "0a0"), std::nullopt);
}

}  // namespace
}  // namespace wslb::agent
