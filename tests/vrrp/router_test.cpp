// What a trace does not show well: exact instants, and inputs that must change nothing. The life
// of a router as a story is in traces/.
#include "vrrp/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vrrp/timing.h"

namespace wslb::vrrp {
namespace {

using namespace std::chrono_literals;
using base::IpAddress;
using base::TimePoint;
using testing::ElementsAre;
using testing::IsEmpty;

const TimePoint t0 = TimePoint{} + 1h;
const IpAddress ours = IpAddress::parse("10.0.0.11").value();
const IpAddress lower = IpAddress::parse("10.0.0.9").value();
const IpAddress higher = IpAddress::parse("10.0.0.200").value();

RouterConfig config(std::uint8_t priority, bool preempt = false) {
  return {.version = 3,
          .priority = priority,
          .interval = 100ms,
          .preempt = preempt,
          .primary_address = ours};
}

Heard advert(std::uint8_t priority, const IpAddress& source = lower,
             base::Duration interval = 100ms) {
  return {.priority = priority, .interval = interval, .source = source};
}

Router backup(std::uint8_t priority, bool preempt = false) {
  Router router(config(priority, preempt));
  EXPECT_THAT(router.start(t0), ElementsAre(Effect(Become{State::Backup, Cause::Started})));
  return router;
}

Router active(std::uint8_t priority) {
  Router router = backup(priority);
  EXPECT_THAT(router.take_over(t0), ElementsAre(Effect(SendAdvert{priority}),
                                                Effect(Become{State::Active, Cause::Commanded})));
  return router;
}

TEST(Router, OnlyStartMeansAnythingInInit) {
  Router router(config(100));
  EXPECT_THAT(router.receive(advert(200), t0), IsEmpty());
  EXPECT_THAT(router.expire(t0), IsEmpty());
  EXPECT_THAT(router.resign(t0), IsEmpty());
  EXPECT_THAT(router.take_over(t0), IsEmpty());
  EXPECT_THAT(router.shutdown(t0), IsEmpty());
  EXPECT_EQ(router.state(), State::Init);
  EXPECT_EQ(router.next_expiry(), std::nullopt);
}

TEST(Router, TheOwnerIsActiveAtOnce) {
  Router router(config(255));
  EXPECT_THAT(router.start(t0),
              ElementsAre(Effect(SendAdvert{255}), Effect(Become{State::Active, Cause::Owner})));
}

TEST(Router, ABackupWaitsExactlyTheActiveDownTime) {
  Router router = backup(200);
  const TimePoint due = t0 + 321'875us;
  EXPECT_EQ(router.next_expiry(), due);
  EXPECT_THAT(router.expire(due - 1ns), IsEmpty());
  EXPECT_THAT(router.expire(due), ElementsAre(Effect(SendAdvert{200}),
                                              Effect(Become{State::Active, Cause::TimerExpired})));
}

TEST(Router, ABackupLearnsTheActiveRoutersInterval) {
  Router router = backup(200);
  EXPECT_THAT(router.receive(advert(201, lower, 1s), t0 + 50ms), IsEmpty());
  EXPECT_EQ(router.next_expiry(), t0 + 50ms + active_down_interval(3, 200, 1s));
  EXPECT_THAT(router.receive(advert(0, lower, 1s), t0 + 60ms), IsEmpty());
  EXPECT_EQ(router.next_expiry(), t0 + 60ms + skew_time(3, 200, 1s));
}

TEST(Router, OnceActiveItAdvertisesInItsOwnInterval) {
  Router router = backup(200);
  EXPECT_THAT(router.receive(advert(201, lower, 1s), t0), IsEmpty());
  const TimePoint due = router.next_expiry().value();
  EXPECT_EQ(router.expire(due).size(), 2U);
  EXPECT_EQ(router.next_expiry(), due + 100ms);
}

TEST(Router, APreemptingBackupLetsItsTimerRunOn) {
  Router router = backup(200, true);
  const auto due = router.next_expiry();
  EXPECT_THAT(router.receive(advert(199), t0 + 300ms), IsEmpty());
  EXPECT_EQ(router.next_expiry(), due);
  EXPECT_THAT(router.receive(advert(200), t0 + 300ms), IsEmpty());
  EXPECT_GT(router.next_expiry(), due) << "an equal priority is not preempted";
}

TEST(Router, RepeatedResignationsDoNotPutTheTakeOverOff) {
  Router router = backup(200);
  EXPECT_THAT(router.receive(advert(0), t0), IsEmpty());
  const auto due = router.next_expiry();
  EXPECT_THAT(router.receive(advert(0), t0 + 10ms), IsEmpty());
  EXPECT_EQ(router.next_expiry(), due);
}

TEST(Router, TiesOfPriorityGoToTheHigherAddress) {
  Router router = active(200);
  EXPECT_THAT(router.receive(advert(200, lower), t0 + 1ms),
              ElementsAre(Effect(SendAdvert{200}), Effect(RivalHeard{})));
  EXPECT_THAT(router.receive(advert(200, higher), t0 + 2ms),
              ElementsAre(Effect(Become{State::Backup, Cause::HigherPriority})));
}

TEST(Router, AnActiveRouterAnswersAResignationAtOnce) {
  Router router = active(200);
  EXPECT_THAT(router.receive(advert(0), t0 + 50ms), ElementsAre(Effect(SendAdvert{200})));
  EXPECT_EQ(router.next_expiry(), t0 + 150ms);
}

TEST(Router, SteppingDownItFollowsTheBetterRoutersInterval) {
  Router router = active(200);
  EXPECT_EQ(router.receive(advert(201, lower, 1s), t0 + 50ms).size(), 1U);
  EXPECT_EQ(router.next_expiry(), t0 + 50ms + active_down_interval(3, 200, 1s));
}

TEST(Router, LeavingActiveComesBeforePriorityZero) {
  Router router = active(200);
  EXPECT_THAT(router.resign(t0 + 1ms),
              ElementsAre(Effect(Become{State::Backup, Cause::Commanded}), Effect(SendAdvert{0})));
  EXPECT_EQ(router.next_expiry(), t0 + 1ms + active_down_interval(3, 200, 100ms));
  router = active(200);
  EXPECT_THAT(router.shutdown(t0 + 1ms),
              ElementsAre(Effect(Become{State::Init, Cause::Stopped}), Effect(SendAdvert{0})));
  EXPECT_EQ(router.next_expiry(), std::nullopt);
}

TEST(Router, AStalledActiveRouterStepsDownWhateverItHearsFirst) {
  const base::Duration stall = active_down_interval(3, 200, 100ms);
  const auto stepped_down = ElementsAre(Effect(Become{State::Backup, Cause::Stalled}));
  EXPECT_THAT(active(200).expire(t0 + stall + 1ns), stepped_down);
  EXPECT_THAT(active(200).wake(t0 + stall + 1ns), stepped_down);
  EXPECT_THAT(active(200).receive(advert(100), t0 + stall + 1ns), stepped_down)
      << "else it would throw out the router that took over meanwhile";
  EXPECT_THAT(active(200).wake(t0 + stall), IsEmpty());
}

TEST(Router, AStalledBackupListensAnew) {
  Router router = backup(200);
  const TimePoint late = router.next_expiry().value() + router.active_down();
  EXPECT_EQ(Router(router).expire(late).size(), 2U);
  EXPECT_THAT(router.expire(late + 1ns), IsEmpty());
  EXPECT_EQ(router.next_expiry(), late + 1ns + router.active_down());
}

}  // namespace
}  // namespace wslb::vrrp
