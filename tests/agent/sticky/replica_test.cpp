// Which of two changes is the newer one.
#include "agent/sticky/replica.h"

#include <gtest/gtest.h>

namespace wslb::agent::sticky {
namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t kBy = 1;
constexpr std::uint64_t kWall = 1'700'000'000'000'000;

class ReplicaTest : public testing::Test {
 protected:
  // Of node lb1, whose clock is so much ahead of lb2's.
  explicit ReplicaTest(base::Duration ahead = 0s) : ahead_us_(ahead / 1us) {
    replica_.define(
        {.name = "app", .key_type = 6, .key_length = 32, .size = 9, .expire = 60s, .fields = {}});
  }

  Replica::Verdict change(const std::string& value, base::TimePoint made, Life life = Life::Aging) {
    value_ = value;
    Record record{.table = 0, .key = base::view(key_), .value = base::view(value_)};
    record.expires_in = 60s;
    record.life = life;
    return replica_.change(record, kBy, now_, made);
  }

  // lb2 changed it at `made`, and it arrives now.
  Replica::Verdict learn(const std::string& value, base::TimePoint made) {
    value_ = value;
    Record record{.table = 0, .key = base::view(key_), .value = base::view(value_)};
    record.expires_in = 60s;
    record.version = {kWall + static_cast<std::uint64_t>((made - kBegin) / 1us), node_id("lb2")};
    return replica_.merge(record, now_);
  }

  std::string value() const {
    const Replica::Entry* const entry = replica_.find(0, base::view(key_));
    return entry == nullptr ? "" : std::string(entry->value().begin(), entry->value().end());
  }

  static constexpr base::TimePoint kBegin{1h};
  base::TimePoint now_ = kBegin;
  std::int64_t ahead_us_;
  Replica replica_{node_id("lb1"), now_, {now_, kWall + static_cast<std::uint64_t>(ahead_us_)},
                   [](const Replica::Entry&) {}};
  std::string key_ = "room1";
  std::string value_;
};

TEST_F(ReplicaTest, TheLaterOfTwoChangesWins) {
  now_ += 1s;
  change("mine", now_);
  now_ += 1s;
  learn("theirs", now_ - 1ms);
  EXPECT_EQ(value(), "theirs");
  now_ += 1s;
  change("mine again", now_);
  EXPECT_EQ(value(), "mine again");
}

TEST_F(ReplicaTest, AChangeThatWaitedForAStoppedAgentIsNotNew) {
  const auto made = now_ + 1s;
  now_ += 5s;
  learn("theirs", made + 1s);
  Replica::Cursor reader(replica_, replica_.sequence());
  EXPECT_EQ(change("mine", made), Replica::Verdict::Known);
  EXPECT_EQ(value(), "theirs");
  const Replica::Entry* const again = reader.advance();
  ASSERT_NE(again, nullptr) << "its proxy is to learn of it";
  EXPECT_NE(again->by, kBy);
}

TEST_F(ReplicaTest, AChangeThatWaitedStillWinsOverWhatIsOlder) {
  const auto made = now_ + 3s;
  now_ += 5s;
  learn("theirs", made - 1s);
  EXPECT_EQ(change("mine", made), Replica::Verdict::Taken);
  EXPECT_EQ(value(), "mine");
}

TEST_F(ReplicaTest, ChangesOfTheSameInstantCountInTheirOrder) {
  const auto made = now_ + 1s;
  now_ += 5s;
  change("first", made);
  const Version first = replica_.find(0, base::view(key_))->version();
  change("second", made);
  EXPECT_EQ(value(), "second");
  EXPECT_GT(replica_.find(0, base::view(key_))->version(), first);
}

TEST_F(ReplicaTest, TheEndOfTheProxyWinsOverNoChangeOfAnotherHost) {
  change("mine", now_, Life::Pinned);
  const Version pinned = replica_.find(0, base::view(key_))->version();
  now_ += 5s;
  replica_.release_pins(now_);
  const Replica::Entry* const entry = replica_.find(0, base::view(key_));
  EXPECT_EQ(entry->life, Life::Aging);
  EXPECT_GT(entry->version(), pinned);
  learn("theirs", now_ - 4s);
  EXPECT_EQ(value(), "theirs");
}

struct SlowClock : ReplicaTest {
  SlowClock() : ReplicaTest(-3600s) {}
};

TEST_F(SlowClock, ANewerChangeWinsAllTheSame) {
  learn("theirs", now_);
  now_ += 1ms;
  change("mine", now_);
  EXPECT_EQ(value(), "mine");
}

TEST_F(SlowClock, AChangeThatWaitedIsPutWhereItBelongs) {
  learn("earlier", now_);
  now_ += 5s;
  learn("theirs", now_ - 3s);
  EXPECT_EQ(change("mine", now_ - 4s), Replica::Verdict::Known);
  EXPECT_EQ(change("mine", now_ - 2s), Replica::Verdict::Taken);
}

TEST_F(SlowClock, WhatAPeersCheckSaysOfItsClockCounts) {
  replica_.clock().observe(kWall, now_);
  EXPECT_EQ(replica_.clock().at(now_ + 5s), kWall + 5'000'000);
}

struct FastClock : ReplicaTest {
  FastClock() : ReplicaTest(3600s) {}
};

TEST_F(FastClock, IsNotSlowedDown) {
  replica_.clock().observe(kWall, now_);
  EXPECT_EQ(replica_.clock().at(now_), kWall + 3'600'000'000);
}

}  // namespace
}  // namespace wslb::agent::sticky
