// A section without faults and commands: election, take-over, packets.
#include "agent/core/node.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/core/host.h"
#include "vrrp/packet.h"

namespace wslb::agent::core {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Node, TakesOverInTheSafeOrder) {
  Host host;
  host.boot();
  EXPECT_THAT(host.run(321ms), IsEmpty());
  EXPECT_THAT(host.run(1ms),
              ElementsAre("advert 200 -> 224.0.0.18", "add vips public", "announce public x3",
                          "event vrrp-state public: backup -> active: no other router is active"));
  EXPECT_EQ(host.state(), SectionState::Active);
  EXPECT_EQ(host.section().active_node, "lb1");
  EXPECT_EQ(host.section().since, host.now() - 125us);
}

TEST(Node, AnnouncesAgainSoonAndThenForEver) {
  Host host;
  host.boot();
  host.run(322ms);
  const auto announced = [&](base::Duration duration) {
    return std::ranges::count(host.run(duration), "announce public x1");
  };
  EXPECT_EQ(announced(200ms), 1);
  EXPECT_EQ(announced(799ms), 0);
  EXPECT_EQ(announced(1ms), 1);
  EXPECT_EQ(announced(4s), 1);
  EXPECT_EQ(announced(59s), 0);
  EXPECT_EQ(announced(1s), 1);
  EXPECT_EQ(announced(600s), 10);
}

TEST(Node, StaysBackupWhileTheActiveRouterAdvertises) {
  Host host;
  host.boot();
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(host.run(100ms), IsEmpty());
    EXPECT_THAT(host.advert(199), IsEmpty()) << "preempt is off";
  }
  EXPECT_EQ(host.section().active_node, "lb2");
}

TEST(Node, NamesTheSilentRouterWhenItTakesOver) {
  Host host;
  host.boot();
  host.advert(199);
  EXPECT_THAT(host.run(400ms), Contains("event vrrp-state public: backup -> active: heard nothing "
                                        "from lb2 for 321 ms"));
}

constexpr std::string_view lb2_resigned = "event vrrp-state public: backup -> active: lb2 resigned";

TEST(Node, TakesOverAtOnceWhenTheOnlyOtherNodeResigns) {
  Host host;
  host.boot();
  host.advert(201);
  host.run(50ms);
  host.advert(0);
  EXPECT_THAT(host.run(0ms), Contains(lb2_resigned));
}

TEST(Node, LeavesABetterBackupItsChanceWhenTheActiveRouterResigns) {
  config::Config config = pair_config();
  config.cluster->nodes.push_back({"lb3", ip("10.0.0.13"), {}});
  config.vrrps[0].priorities = {{"lb1", 200}, {"lb2", 210}, {"lb3", 205}};
  Host host(config);
  host.boot();
  host.advert(210);
  host.advert(0);
  EXPECT_THAT(host.run(21ms), IsEmpty());
  EXPECT_THAT(host.run(1ms), Contains(lb2_resigned));
}

TEST(Node, WaitsForTheSkewAfterTheResignationOfAStranger) {
  Host host;
  host.boot();
  host.advert(201, "10.0.0.99");
  host.advert(0, "10.0.0.99");
  EXPECT_THAT(host.run(21ms), IsEmpty());
  EXPECT_THAT(host.run(1ms),
              Contains("event vrrp-state public: backup -> active: 10.0.0.99 resigned"));
}

TEST(Node, WaitsForTheSkewWhenSomebodyElseThanTheActiveRouterResigns) {
  config::Config config = pair_config();
  config.cluster->nodes.push_back({"lb3", ip("10.0.0.13"), {}});
  Host host(config);
  host.boot();
  host.advert(199, "10.0.0.12");
  host.advert(0, "10.0.0.13");
  EXPECT_THAT(host.run(21ms), IsEmpty());
  host.advert(199, "10.0.0.12");
  EXPECT_THAT(host.run(100ms), IsEmpty()) << "lb2 has said that it is active";
}

TEST(Node, StepsDownForABetterRouterAndRemovesTheVips) {
  Host host;
  host.boot();
  host.run(322ms);
  EXPECT_THAT(host.advert(201, "10.0.0.99"),
              ElementsAre("remove vips public",
                          "event vrrp-state public: active -> backup: 10.0.0.99 "
                          "advertises priority 201"));
}

TEST(Node, TellsOffALowerRivalAndAnnouncesAtMostOncePerSecond) {
  Host host;
  host.boot();
  host.run(322ms);
  EXPECT_THAT(actions(host.advert(100)),
              ElementsAre("advert 200 -> 224.0.0.18", "announce public x1"));
  EXPECT_THAT(actions(host.advert(100)), ElementsAre("advert 200 -> 224.0.0.18"));
  EXPECT_EQ(host.count("rivals-heard"), 2U);
}

TEST(Node, PreemptsOnlyAfterItHasBeenFitForAsLongAsConfigured) {
  config::Config config = pair_config();
  config.vrrps[0].preempt = {.enabled = true, .after = 2s};
  Host host(config);
  host.boot();
  const base::TimePoint fit_since = host.now();
  while (host.state() == SectionState::Backup && host.now() < fit_since + 10s) {
    host.run(100ms);
    if (host.state() == SectionState::Backup) host.advert(199);
  }
  EXPECT_GE(host.now(), fit_since + 2s);
  EXPECT_LE(host.now(), fit_since + 2s + 400ms);
  EXPECT_EQ(host.state(), SectionState::Active);
}

TEST(Node, StopsCleanlyWithTheVipsGoneBeforeItResigns) {
  Host host;
  host.boot();
  host.run(322ms);
  EXPECT_THAT(host.feed(Stop{}),
              ElementsAre("remove vips public", "advert 0 -> 224.0.0.18",
                          "event vrrp-state public: active -> init: the agent has stopped"));
  EXPECT_EQ(host.node().next_expiry(), std::nullopt);
  EXPECT_THAT(host.advert(199), IsEmpty());
  EXPECT_THAT(host.proxy(true), testing::Not(Contains("add vips public")));
  EXPECT_THAT(host.failover(), ElementsAre("refused the agent is starting or stopping; try again"));
}

TEST(Node, ABackupStopsWithoutAWord) {
  Host host;
  host.boot();
  EXPECT_THAT(actions(host.feed(Stop{})), IsEmpty());
}

TEST(Node, DropsTheVipsWhenItFindsThatItStalled) {
  Host host;
  host.boot();
  host.run(322ms);
  host.sleep(400ms);
  EXPECT_THAT(actions(host.advert(199)), ElementsAre("remove vips public"))
      << "must not throw out the router that took over meanwhile";
  EXPECT_EQ(host.state(), SectionState::Backup);
}

TEST(Node, AStallIsNoticedByWhateverComesFirst) {
  Host host;
  host.boot();
  host.run(322ms);
  host.sleep(400ms);
  EXPECT_THAT(actions(host.feed(AddressLost{0, {ip("10.0.0.100"), 24}})),
              ElementsAre("remove vips public"))
      << "the lease took it; putting it back would make two owners";
}

TEST(Node, UnicastGoesToEachPeerAndOnlyPeersAreHeard) {
  config::Config config = pair_config();
  config.vrrps[0].transport = config::Transport::Unicast;
  config.vrrps[0].unicast_peers = {ip("10.0.0.77")};
  Host host(config);
  host.boot();
  EXPECT_THAT(host.run(322ms),
              testing::IsSupersetOf({"advert 200 -> 10.0.0.12", "advert 200 -> 10.0.0.77"}));
  host.advert(250, "10.0.0.66");
  EXPECT_EQ(host.state(), SectionState::Active);
  EXPECT_EQ(host.count("refused-stranger"), 1U);
  host.advert(250, "10.0.0.77");
  EXPECT_EQ(host.state(), SectionState::Backup);
}

TEST(Node, SendsWhatRfc9568PeersUnderstandOnceItHeardOne) {
  Host host;
  host.boot();
  const auto form_sent = [&] {
    return vrrp::decode({host.last_payload(), ip("10.0.0.11"), ip("224.0.0.18"), 255},
                        {.version = 3, .vrid = 51, .interval = {}, .check_ttl = true})
        ->checksum;
  };
  host.run(322ms);
  EXPECT_EQ(form_sent(), vrrp::ChecksumForm::PseudoHeader);

  const vrrp::Advert advert{.version = 3,
                            .vrid = 51,
                            .priority = 100,
                            .interval = 100ms,
                            .addresses = {ip("10.0.0.100")}};
  host.feed(PacketReceived{
      0, ip("10.0.0.12"), ip("224.0.0.18"), 255,
      vrrp::encode(advert, ip("10.0.0.12"), ip("224.0.0.18"), vrrp::ChecksumForm::MessageOnly)});
  EXPECT_EQ(form_sent(), vrrp::ChecksumForm::MessageOnly);
  EXPECT_EQ(host.count("checksum-message-only"), 1U);
}

TEST(Node, CountsAndIgnoresMalformedPackets) {
  Host host;
  host.boot();
  host.run(322ms);
  base::Bytes payload = host.last_payload();
  payload.at(2) = 255;
  EXPECT_THAT(host.feed(PacketReceived{0, ip("10.0.0.12"), ip("224.0.0.18"), 255, payload}),
              IsEmpty());
  EXPECT_THAT(host.feed(PacketReceived{0, ip("10.0.0.12"), ip("224.0.0.18"), 255, {0x31}}),
              IsEmpty());
  EXPECT_THAT(host.feed(PacketReceived{0, ip("10.0.0.12"), ip("224.0.0.18"), 64, payload}),
              IsEmpty());
  EXPECT_EQ(host.count("refused-checksum"), 1U);
  EXPECT_EQ(host.count("refused-truncated"), 1U);
  EXPECT_EQ(host.count("refused-ttl"), 1U);
  EXPECT_EQ(host.state(), SectionState::Active);
}

TEST(Node, IgnoresItsOwnPacketsComingBack) {
  Host host;
  host.boot();
  host.advert(255, "10.0.0.11");
  EXPECT_EQ(host.count("refused-own-address"), 1U);
  host.run(322ms);
  EXPECT_EQ(host.state(), SectionState::Active);
}

TEST(Node, CountsAdvertsThatNameOtherVipsButHeedsThem) {
  config::Config other = pair_config();
  other.vrrps[0].vips.push_back({ip("10.0.0.101"), 24});
  Host host(other);
  host.boot();
  const vrrp::Advert advert{.version = 3,
                            .vrid = 51,
                            .priority = 199,
                            .interval = 100ms,
                            .addresses = {ip("10.0.0.100")}};
  host.feed(PacketReceived{
      0, ip("10.0.0.12"), ip("224.0.0.18"), 255,
      vrrp::encode(advert, ip("10.0.0.12"), ip("224.0.0.18"), vrrp::ChecksumForm::PseudoHeader)});
  EXPECT_EQ(host.count("vips-differ"), 1U);
  EXPECT_EQ(host.section().active_node, "lb2");
}

TEST(Node, ForgetsAnActiveRouterThatHasFallenSilent) {
  Host host;
  host.link("eth0", true, true, "10.0.0.11");
  host.feed(Start{});
  host.advert(199, "10.0.0.99");
  EXPECT_EQ(host.section().active_node, "10.0.0.99") << "waiting for its proxy it listens already";
  host.run(1s);
  EXPECT_EQ(host.section().active_node, "");
}

TEST(Node, SaysFarewellForAKilledAgentWhoseVipsWereRemoved) {
  Host host;
  host.link("eth0", true, true, "10.0.0.11");
  EXPECT_THAT(actions(host.feed(Start{.vacated = {0}})), ElementsAre("advert 0 -> 224.0.0.18"));
  EXPECT_EQ(host.state(), SectionState::Init);
  EXPECT_THAT(actions(host.run(10s)), IsEmpty());
}

TEST(Node, HasNothingToSayAtAStartWithoutStaleVips) {
  Host host;
  host.link("eth0", true, true, "10.0.0.11");
  EXPECT_THAT(actions(host.feed(Start{})), IsEmpty());
}

}  // namespace
}  // namespace wslb::agent::core
