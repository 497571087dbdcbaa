#include "proxy/lb/backend.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wslb::proxy::lb {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

config::Server server(std::string name, std::uint32_t maxconn = 0, int weight = 1) {
  config::Server result;
  result.cookie = "c-" + name;
  result.name = std::move(name);
  result.maxconn = maxconn;
  result.weight = weight;
  return result;
}

config::Server backup(std::string name) {
  config::Server result = server(std::move(name));
  result.backup = true;
  return result;
}

config::ProxySection section_of(std::vector<config::Server> servers, bool redispatch = false) {
  config::ProxySection section;
  section.servers = std::move(servers);
  if (redispatch) section.options.redispatch = -1;
  return section;
}

// "A" or "A*" (by its cookie) when assigned, "wait", "503".
std::string outcome(const Assignment& assignment) {
  if (std::holds_alternative<Queued>(assignment)) return "wait";
  if (std::holds_alternative<NoServer>(assignment)) return "503";
  const Assigned assigned = std::get<Assigned>(assignment);
  return std::string(1, static_cast<char>('A' + assigned.server)) + (assigned.by_cookie ? "*" : "");
}

// "7>A" or "7>A*" for each grant.
std::vector<std::string> grants(const std::vector<Grant>& granted) {
  std::vector<std::string> result;
  for (const Grant& grant : granted) {
    result.push_back(std::to_string(grant.ticket) + ">" +
                     outcome(Assigned{grant.server, grant.by_cookie}));
  }
  return result;
}

TEST(Backend, CookieGoesBeforeBalancing) {
  const auto section = section_of({server("a"), server("b")});
  Backend backend(section);
  EXPECT_EQ(outcome(backend.assign({.ticket = 1, .cookie = "c-b"})), "B*");
  EXPECT_EQ(outcome(backend.assign({.ticket = 2, .cookie = "c-b"})), "B*");
  EXPECT_EQ(outcome(backend.assign({.ticket = 3, .cookie = "stranger"})), "A");
  EXPECT_EQ(outcome(backend.assign({.ticket = 4, .cookie = ""})), "B");
  EXPECT_EQ(backend.server(1).served, 3U);
  EXPECT_EQ(backend.server(1).total, 3U);
}

TEST(Backend, ANamedServerGoesBeforeTheCookieUnlessItIsDown) {
  const auto section = section_of({server("a"), server("b")});
  Backend backend(section);
  EXPECT_EQ(outcome(backend.assign({.ticket = 1, .cookie = "c-b", .named = 0})), "A*");
  (void)backend.set_health(0, false);
  EXPECT_EQ(outcome(backend.assign({.ticket = 2, .cookie = "c-b", .named = 0})), "B*");
  EXPECT_EQ(outcome(backend.assign({.ticket = 3, .named = 0})), "B");
}

TEST(Backend, ForcedPersistenceTakesAServerThatIsDown) {
  const auto section = section_of({server("a"), server("b")});
  Backend backend(section);
  (void)backend.set_admin(1, Admin::Maint);
  EXPECT_EQ(backend.verdict_on_cookie("c-b"), CookieVerdict::Down);
  EXPECT_EQ(backend.verdict_on_cookie("c-b", true), CookieVerdict::Forced);
  EXPECT_EQ(backend.verdict_on_cookie("c-a", true), CookieVerdict::Usable);
  EXPECT_EQ(outcome(backend.assign({.ticket = 1, .cookie = "c-b", .forced = true})), "B*");
  EXPECT_EQ(outcome(backend.assign({.ticket = 2, .named = 1, .forced = true})), "B*");
  EXPECT_EQ(outcome(backend.assign({.ticket = 3, .cookie = "c-b"})), "A");
}

TEST(Backend, OptionPersistForcesAllOfThemAndKeepsTheQueue) {
  auto section = section_of({server("a", 1), server("b")}, true);
  section.options.persist = true;
  Backend backend(section);
  EXPECT_EQ(outcome(backend.assign({.ticket = 1, .cookie = "c-a"})), "A*");
  EXPECT_EQ(outcome(backend.assign({.ticket = 2, .cookie = "c-a"})), "wait");
  EXPECT_THAT(backend.set_health(0, false).granted, IsEmpty());
  EXPECT_EQ(outcome(backend.assign({.ticket = 3, .cookie = "c-a"})), "wait");
  EXPECT_THAT(grants(backend.release(0)), ElementsAre("2>A*"));
}

TEST(Backend, AnEmptyCookieMatchesNoServerWithoutOne) {
  auto section = section_of({server("a"), server("b")});
  section.servers[1].cookie.clear();
  Backend backend(section);
  EXPECT_EQ(outcome(backend.assign({.ticket = 1, .cookie = ""})), "A");
}

TEST(Backend, CookieOfADownServerIsBalanced) {
  const auto section = section_of({server("a"), server("b")});
  Backend backend(section);
  (void)backend.set_health(0, false);
  EXPECT_EQ(outcome(backend.assign({.ticket = 1, .cookie = "c-a"})), "B");
  (void)backend.set_health(0, true);
  EXPECT_EQ(outcome(backend.assign({.ticket = 2, .cookie = "c-a"})), "A*");
}

TEST(Backend, ServersThatShareACookieStandInForEachOther) {
  auto section = section_of({server("a"), server("b"), server("c")});
  section.servers[2].cookie = "c-a";
  Backend backend(section);
  (void)backend.set_health(0, false);
  EXPECT_EQ(outcome(backend.assign({.ticket = 1, .cookie = "c-a"})), "C*");
}

TEST(Backend, WeightZeroAndDrainTakeOnlyClientsWithCookie) {
  const auto section = section_of({server("a", 0, 0), server("b"), server("c")});
  Backend backend(section);
  (void)backend.set_admin(1, Admin::Drain);
  EXPECT_EQ(backend.server(1).state(), State::Drain);
  EXPECT_EQ(backend.usable_servers(), 1U);
  for (Ticket ticket = 1; ticket < 4; ++ticket) {
    EXPECT_EQ(outcome(backend.assign({.ticket = ticket})), "C");
  }
  EXPECT_EQ(outcome(backend.assign({.ticket = 5, .cookie = "c-a"})), "A*");
  EXPECT_EQ(outcome(backend.assign({.ticket = 6, .cookie = "c-b"})), "B*");
  (void)backend.set_admin(2, Admin::Maint);
  EXPECT_EQ(outcome(backend.assign({.ticket = 7})), "503");
  EXPECT_EQ(outcome(backend.assign({.ticket = 8, .cookie = "c-c"})), "503");
}

TEST(Backend, DisabledServersBeginInMaintenanceAndLeaveItHealthy) {
  auto section = section_of({server("a")});
  section.servers[0].disabled = true;
  Backend backend(section);
  EXPECT_EQ(backend.server(0).state(), State::Maint);
  EXPECT_EQ(outcome(backend.assign({.ticket = 1})), "503");
  (void)backend.set_health(0, false);
  (void)backend.set_admin(0, Admin::Ready);
  EXPECT_EQ(backend.server(0).state(), State::Up);
  EXPECT_EQ(outcome(backend.assign({.ticket = 2})), "A");
}

TEST(Backend, OnlyTheFirstUsableBackupServesAndOnlyWithoutActives) {
  const auto section = section_of({server("a"), backup("b"), backup("c")});
  Backend backend(section);
  EXPECT_EQ(outcome(backend.assign({.ticket = 1})), "A");
  EXPECT_EQ(outcome(backend.assign({.ticket = 2})), "A");
  (void)backend.set_health(0, false);
  EXPECT_EQ(outcome(backend.assign({.ticket = 3})), "B");
  EXPECT_EQ(outcome(backend.assign({.ticket = 4})), "B");
  (void)backend.set_health(1, false);
  EXPECT_EQ(outcome(backend.assign({.ticket = 5})), "C");
  (void)backend.set_health(0, true);
  EXPECT_EQ(outcome(backend.assign({.ticket = 6})), "A");
  EXPECT_EQ(outcome(backend.assign({.ticket = 7, .cookie = "c-c"})), "C*");
}

TEST(Backend, AvoidsAServerWhileThereIsAnother) {
  const auto section = section_of({server("a", 1), server("b", 1)});
  Backend backend(section);
  EXPECT_EQ(outcome(backend.assign({.ticket = 1, .avoid = 0})), "B");
  EXPECT_EQ(outcome(backend.assign({.ticket = 2, .avoid = 0})), "A");
  EXPECT_EQ(outcome(backend.assign({.ticket = 3, .avoid = 0})), "wait");
}

TEST(Backend, AFullServersCookieClientsWaitForThatServer) {
  const auto section = section_of({server("a", 1), server("b", 1)});
  Backend backend(section);
  EXPECT_EQ(outcome(backend.assign({.ticket = 1, .cookie = "c-a"})), "A*");
  EXPECT_EQ(outcome(backend.assign({.ticket = 2, .cookie = "c-a"})), "wait");
  EXPECT_EQ(backend.server(0).queued, 1U);
  EXPECT_EQ(outcome(backend.assign({.ticket = 3})), "B");
  EXPECT_THAT(backend.release(1), IsEmpty());
  EXPECT_THAT(grants(backend.release(0)), ElementsAre("2>A*"));
  EXPECT_EQ(backend.server(0).queued, 0U);
}

TEST(Backend, AFreedSlotGoesToTheOlderOfTheTwoHeads) {
  const auto section = section_of({server("a", 1)});
  Backend backend(section);
  EXPECT_EQ(outcome(backend.assign({.ticket = 1})), "A");
  EXPECT_EQ(outcome(backend.assign({.ticket = 2})), "wait");
  EXPECT_EQ(outcome(backend.assign({.ticket = 3, .cookie = "c-a"})), "wait");
  EXPECT_EQ(outcome(backend.assign({.ticket = 4})), "wait");
  EXPECT_EQ(backend.queued(), 2U);
  EXPECT_THAT(grants(backend.release(0)), ElementsAre("2>A"));
  EXPECT_THAT(grants(backend.release(0)), ElementsAre("3>A*"));
  EXPECT_THAT(grants(backend.release(0)), ElementsAre("4>A"));
  EXPECT_THAT(backend.release(0), IsEmpty());
  EXPECT_EQ(backend.server(0).served, 0U);
  EXPECT_EQ(backend.server(0).total, 4U);
}

TEST(Backend, ACancelledTicketGetsNoSlot) {
  const auto section = section_of({server("a", 1)});
  Backend backend(section);
  (void)backend.assign({.ticket = 1});
  (void)backend.assign({.ticket = 2});
  (void)backend.assign({.ticket = 3, .cookie = "c-a"});
  EXPECT_TRUE(backend.cancel(2));
  EXPECT_FALSE(backend.cancel(2));
  EXPECT_TRUE(backend.cancel(3));
  EXPECT_EQ(backend.server(0).queued, 0U);
  EXPECT_THAT(backend.release(0), IsEmpty());
  EXPECT_FALSE(backend.cancel(1));
}

TEST(Backend, WithRedispatchADownServersQueueIsBalancedAnew) {
  const auto section = section_of({server("a", 1), server("b", 2)}, true);
  Backend backend(section);
  (void)backend.assign({.ticket = 1, .cookie = "c-a"});
  for (Ticket ticket = 2; ticket < 5; ++ticket) {
    EXPECT_EQ(outcome(backend.assign({.ticket = ticket, .cookie = "c-a"})), "wait");
  }
  const Redistribution moved = backend.set_health(0, false);
  EXPECT_THAT(grants(moved.granted), ElementsAre("2>B", "3>B"));
  EXPECT_THAT(moved.refused, IsEmpty());
  EXPECT_EQ(backend.server(0).queued, 0U);
  EXPECT_EQ(backend.queued(), 1U);
  EXPECT_THAT(backend.release(0), IsEmpty());  // a dead server's slot is worth nothing
  EXPECT_THAT(grants(backend.release(1)), ElementsAre("4>B"));
}

TEST(Backend, WithRedispatchAndNoServerLeftThoseWhoWaitForItAreRefused) {
  const auto section = section_of({server("a", 1)}, true);
  Backend backend(section);
  (void)backend.assign({.ticket = 1});
  (void)backend.assign({.ticket = 2, .cookie = "c-a"});
  (void)backend.assign({.ticket = 3});
  const Redistribution moved = backend.set_health(0, false);
  EXPECT_THAT(moved.granted, IsEmpty());
  EXPECT_THAT(moved.refused, ElementsAre(2));
  EXPECT_EQ(backend.queued(), 1U);  // waits for any server to come up
  EXPECT_EQ(outcome(backend.assign({.ticket = 4})), "503");
}

TEST(Backend, WithoutRedispatchADownServersQueueTriesItInTurn) {
  const auto section = section_of({server("a", 1), server("b")});
  Backend backend(section);
  (void)backend.assign({.ticket = 1, .cookie = "c-a"});
  (void)backend.assign({.ticket = 2, .cookie = "c-a"});
  EXPECT_THAT(backend.set_health(0, false).granted, IsEmpty());
  EXPECT_EQ(backend.server(0).queued, 1U);
  EXPECT_THAT(grants(backend.release(0)), ElementsAre("2>A*"));
}

TEST(Backend, AServerThatComesUpTakesFromTheQueueUpToItsLimit) {
  const auto section = section_of({server("a", 1), server("b", 2)});
  Backend backend(section);
  (void)backend.set_health(1, false);
  for (Ticket ticket = 1; ticket < 6; ++ticket) (void)backend.assign({.ticket = ticket});
  EXPECT_EQ(backend.queued(), 4U);
  EXPECT_THAT(grants(backend.set_health(1, true).granted), ElementsAre("2>B", "3>B"));
  EXPECT_THAT(backend.set_health(1, true).granted, IsEmpty());
}

TEST(Backend, WhenTheLastActiveGoesDownTheBackupTakesTheQueue) {
  const auto section = section_of({server("a", 1), backup("b")});
  Backend backend(section);
  (void)backend.assign({.ticket = 1});
  (void)backend.assign({.ticket = 2});
  EXPECT_THAT(grants(backend.set_health(0, false).granted), ElementsAre("2>B"));
}

TEST(Backend, LeastConnCountsWhatOtherHostsUse) {
  auto section = section_of({server("a"), server("b")});
  section.balance.algorithm = config::Balance::Algorithm::LeastConn;
  Backend backend(section);
  backend.set_elsewhere(0, 3);
  std::string all;
  for (int i = 0; i < 7; ++i) all += outcome(backend.assign({}));
  EXPECT_EQ(std::ranges::count(all, 'B'), 5) << all;
  EXPECT_EQ(all.substr(0, 3), "BBB");
  backend.set_elsewhere(0, 0);
  EXPECT_EQ(outcome(backend.assign({})), "A");
}

TEST(Backend, WhatOtherHostsUseFillsNoServer) {
  auto section = section_of({server("a", 2), server("b", 1)});
  section.balance.algorithm = config::Balance::Algorithm::LeastConn;
  Backend backend(section);
  backend.set_elsewhere(0, 100);
  EXPECT_EQ(outcome(backend.assign({.ticket = 1})), "B");
  EXPECT_EQ(outcome(backend.assign({.ticket = 2})), "A");
  EXPECT_EQ(outcome(backend.assign({.ticket = 3})), "A");
  EXPECT_EQ(outcome(backend.assign({.ticket = 4})), "wait");
}

TEST(Backend, RandomDrawsCountWhatOtherHostsUse) {
  auto section = section_of({server("a"), server("b")});
  section.servers[0].id = 1;
  section.servers[1].id = 2;
  section.balance.algorithm = config::Balance::Algorithm::Random;
  section.balance.draws = 20;
  Backend backend(section);
  backend.set_elsewhere(0, 1000);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(outcome(backend.assign({})), "B");
}

TEST(Backend, LeastConnCountsThoseWhoWaitForAServerToo) {
  auto section = section_of({server("a", 3), server("b", 3)});
  section.balance.algorithm = config::Balance::Algorithm::LeastConn;
  Backend backend(section);
  EXPECT_EQ(outcome(backend.assign({.ticket = 1})), "A");
  EXPECT_EQ(outcome(backend.assign({.ticket = 2})), "B");
  EXPECT_EQ(outcome(backend.assign({.ticket = 3, .cookie = "c-a"})), "A*");
  EXPECT_EQ(outcome(backend.assign({.ticket = 4})), "B");
  EXPECT_EQ(outcome(backend.assign({.ticket = 5})), "A");
  EXPECT_EQ(outcome(backend.assign({.ticket = 6, .cookie = "c-a"})), "wait");
  EXPECT_EQ(outcome(backend.assign({.ticket = 7})), "B");
  EXPECT_EQ(outcome(backend.assign({.ticket = 8})), "wait");
}

TEST(Backend, WithoutServersThereIsNone) {
  const auto section = section_of({});
  Backend backend(section);
  EXPECT_EQ(outcome(backend.assign({.ticket = 1, .cookie = "x"})), "503");
}

}  // namespace
}  // namespace wslb::proxy::lb
