// When the proxy of a new agent may serve.
#include "agent/sticky/hub.h"

#include <gtest/gtest.h>

namespace wslb::agent::sticky {
namespace {

using namespace std::chrono_literals;

const Table kTable{
    .name = "app", .key_type = 6, .key_length = 32, .size = 100, .expire = 60s, .fields = {}};

class HubTest : public testing::Test {
 protected:
  static void begin_proxy(Hub& hub) {
    hub.proxy().connect();
    ASSERT_TRUE(hub.proxy().define({{{0, kTable}}}));
  }

  // Whether the proxy is told to serve, and how many entries it got.
  bool serves(Hub& hub, std::size_t* entries = nullptr) const {
    hub.tick(now_);
    bool synced = false;
    while (const auto frame = hub.proxy().next(now_)) {
      if (std::holds_alternative<Synced>(*frame)) synced = true;
      const auto* given = std::get_if<Entries>(&*frame);
      if (given != nullptr && entries != nullptr) *entries += given->records.size();
    }
    EXPECT_FALSE(hub.proxy().has_output());
    return synced;
  }

  void connect() {
    one().connect(now_);
    two().connect(now_);
    for (bool more = true; more;) more = carry(one(), two()) || carry(two(), one());
  }

  bool carry(PeerSession& from, PeerSession& to) const {
    const auto frame = from.next(now_);
    if (!frame) return false;
    const auto taken = to.receive(*frame, now_);
    EXPECT_TRUE(taken) << (taken ? "" : taken.error().message);
    return true;
  }

  PeerSession& one() { return *one_.find_peer("lb2"); }
  PeerSession& two() { return *two_.find_peer("lb1"); }

  base::TimePoint now_{1h};
  Hub one_{{"edge", "lb1", 1, 7}, {"lb2"}, now_, {now_, 1}};
  Hub two_{{"edge", "lb2", 2, 7}, {"lb1"}, now_, {now_, 1}};
};

TEST_F(HubTest, TheProxyServesWhenThePeersHaveToldEverything) {
  const std::string key = "room";
  const base::Bytes bytes(key.begin(), key.end());
  two_.replica().define(kTable);
  two_.replica().change({.table = 0, .key = bytes, .value = bytes, .expires_in = 60s}, 1, now_,
                        now_);
  begin_proxy(one_);
  EXPECT_FALSE(serves(one_));
  connect();
  std::size_t entries = 0;
  EXPECT_TRUE(serves(one_, &entries));
  EXPECT_EQ(entries, 1U);
}

TEST_F(HubTest, ItDoesNotWaitLongForAPeerThatIsAway) {
  begin_proxy(one_);
  now_ += Hub::kLessonMax - 1ms;
  EXPECT_FALSE(serves(one_));
  now_ += 1ms;
  EXPECT_TRUE(serves(one_));
}

TEST_F(HubTest, AnAgentThatHasRunForAWhileLetsItServeAtOnce) {
  now_ += Hub::kLessonMax;
  one_.tick(now_);
  begin_proxy(one_);
  EXPECT_TRUE(serves(one_));
}

TEST_F(HubTest, WithoutPeersThereIsNothingToWaitFor) {
  Hub alone({"edge", "lb1", 1, 7}, {}, now_, {now_, 1});
  begin_proxy(alone);
  EXPECT_TRUE(serves(alone));
}

}  // namespace
}  // namespace wslb::agent::sticky
