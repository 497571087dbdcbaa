#include "agent/renewal_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wslb::agent {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class RenewalQueueTest : public testing::Test {
 protected:
  void ask() {
    std::vector<AddressPut> puts;
    for (const int index : {1, 2, 3, 4}) puts.push_back({index, vip_, 1s, PrefixRoute::Own});
    queue_.ask(puts, now_);
  }

  // Those that had their turn when each request takes that long.
  std::vector<int> renew(std::chrono::milliseconds each) {
    std::vector<int> renewed;
    while (const auto put = queue_.next(now_)) {
      renewed.push_back(put->interface_index);
      now_ += each;
      queue_.done(now_);
    }
    return renewed;
  }

  const config::Vip vip_{*base::IpAddress::parse("10.0.0.100"), 24};
  base::TimePoint now_ = base::TimePoint() + 1h;
  RenewalQueue queue_;
};

TEST_F(RenewalQueueTest, ABatchMayTakeLongerThanAStep) {
  ask();
  EXPECT_THAT(renew(90ms), ElementsAre(1, 2, 3, 4));
  EXPECT_TRUE(queue_.empty());
}

TEST_F(RenewalQueueTest, AStopBeforeABatchLeavesItOut) {
  ask();
  now_ += 101ms;
  EXPECT_THAT(renew(1ms), IsEmpty());
  EXPECT_TRUE(queue_.empty());
}

TEST_F(RenewalQueueTest, AStopDuringARequestLeavesOutTheRestAndTheNextBatchBeginsWithIt) {
  for (const int turn : {1, 2, 3, 4, 1}) {
    ask();
    EXPECT_THAT(renew(101ms), ElementsAre(turn));
  }
  ask();
  EXPECT_THAT(renew(1ms), ElementsAre(2, 3, 4, 1));
}

TEST_F(RenewalQueueTest, ABatchThatIsReplacedGoesOnWhereItWas) {
  ask();
  EXPECT_EQ(queue_.next(now_)->interface_index, 1);
  queue_.done(now_);
  ask();
  EXPECT_THAT(renew(1ms), ElementsAre(2, 3, 4, 1));
}

}  // namespace
}  // namespace wslb::agent
