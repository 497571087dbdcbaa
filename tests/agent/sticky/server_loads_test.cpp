// Loads as the hubs of several nodes tell them to each other and to their proxies.
#include "agent/sticky/server_loads.h"

#include <deque>
#include <map>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/sticky/hub.h"

namespace wslb::agent::sticky {
namespace {

using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr base::TimePoint kNow{std::chrono::hours(1)};

Loads one(const std::string& server, std::uint32_t connections) {
  return {{{{"app", server}, connections}}};
}

// Nodes whose frames arrive at once, each with a proxy that notes what it is told.
class Nodes {
 public:
  explicit Nodes(std::size_t count) : told(count) {
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<std::string> others;
      for (std::size_t j = 0; j < count; ++j) {
        if (j != i) others.push_back(name(j));
      }
      hubs_.push_back(std::make_unique<Hub>(Identity{"edge", name(i), 5 + i, 7}, others, kNow,
                                            ClusterClock(kNow, 1000)));
    }
  }

  Hub& operator[](std::size_t node) { return *hubs_.at(node); }

  void start_proxy(std::size_t node) {
    told.at(node).clear();
    hubs_[node]->proxy().connect();
    ASSERT_TRUE(hubs_[node]->proxy().define({}));
    run();
  }
  void connect(std::size_t a, std::size_t b) {
    session(a, b).connect(kNow);
    session(b, a).connect(kNow);
    run();
  }
  void disconnect(std::size_t a, std::size_t b) {
    session(a, b).disconnect(kNow);
    session(b, a).disconnect(kNow);
    run();
  }
  void tell(std::size_t node, const Loads& loads, bool anew = false) {
    hubs_[node]->proxy().take(loads, anew);
    run();
  }

  // Until nobody has anything to say.
  void run() {
    for (bool any = true; any;) {
      any = false;
      for (std::size_t i = 0; i < hubs_.size(); ++i) {
        while (const auto frame = hubs_[i]->proxy().next(kNow)) take(i, *frame);
        for (std::size_t j = 0; j < hubs_.size(); ++j) {
          if (j == i || !session(i, j).has_output()) continue;
          const auto frame = session(i, j).next(kNow);
          if (!frame) continue;
          any = true;
          EXPECT_TRUE(session(j, i).receive(*frame, kNow));
        }
      }
    }
  }

  std::vector<std::map<std::string, std::uint32_t>> told;  // by node; servers that are not idle

 private:
  static std::string name(std::size_t node) { return "lb" + std::to_string(node + 1); }
  PeerSession& session(std::size_t of, std::size_t with) {
    return *hubs_[of]->find_peer(name(with));
  }

  void take(std::size_t node, const ProxyFrame& frame) {
    const auto* const loads = std::get_if<Loads>(&frame);
    if (loads == nullptr) return;
    for (const ServerLoad& load : loads->loads) {
      told[node][load.name.server] = load.connections;
      if (load.connections == 0) told[node].erase(load.name.server);
    }
  }

  std::vector<std::unique_ptr<Hub>> hubs_;
};

TEST(ServerLoads, AProxyIsToldTheSumOfAllOtherNodes) {
  Nodes nodes(3);
  for (std::size_t i = 0; i < 3; ++i) nodes.start_proxy(i);
  nodes.connect(0, 1);
  nodes.connect(0, 2);
  nodes.connect(1, 2);
  nodes.tell(0, one("a", 10));
  nodes.tell(1, one("a", 5));
  nodes.tell(1, one("b", 1));
  EXPECT_THAT(nodes.told[0], UnorderedElementsAre(Pair("a", 5), Pair("b", 1)));
  EXPECT_THAT(nodes.told[1], UnorderedElementsAre(Pair("a", 10)));
  EXPECT_THAT(nodes.told[2], UnorderedElementsAre(Pair("a", 15), Pair("b", 1)));
  nodes.tell(1, one("a", 0));
  EXPECT_THAT(nodes.told[2], UnorderedElementsAre(Pair("a", 10), Pair("b", 1)));
}

TEST(ServerLoads, ANewConnectionBringsEverything) {
  Nodes nodes(2);
  nodes.start_proxy(0);
  nodes.start_proxy(1);
  nodes.tell(0, one("a", 10));
  EXPECT_THAT(nodes.told[1], IsEmpty());
  nodes.connect(0, 1);
  EXPECT_THAT(nodes.told[1], UnorderedElementsAre(Pair("a", 10)));
}

TEST(ServerLoads, WhatANodeThatIsAwayHadIsVoid) {
  Nodes nodes(3);
  for (std::size_t i = 0; i < 3; ++i) nodes.start_proxy(i);
  nodes.connect(0, 1);
  nodes.connect(1, 2);
  nodes.tell(0, one("a", 10));
  nodes.tell(2, one("a", 1));
  EXPECT_THAT(nodes.told[1], UnorderedElementsAre(Pair("a", 11)));
  nodes.disconnect(0, 1);
  EXPECT_THAT(nodes.told[1], UnorderedElementsAre(Pair("a", 1)));
  nodes.tell(0, one("a", 7));
  nodes.connect(0, 1);
  EXPECT_THAT(nodes.told[1], UnorderedElementsAre(Pair("a", 8)));
}

TEST(ServerLoads, ADeadProxyHasNoConnections) {
  Nodes nodes(2);
  nodes.start_proxy(0);
  nodes.start_proxy(1);
  nodes.connect(0, 1);
  nodes.tell(0, one("a", 10));
  nodes.tell(1, one("b", 3));
  nodes[0].proxy().disconnect(kNow);
  nodes.run();
  EXPECT_THAT(nodes.told[1], IsEmpty());
  nodes.start_proxy(0);
  EXPECT_THAT(nodes.told[0], UnorderedElementsAre(Pair("b", 3))) << "its successor knows others";
}

TEST(ServerLoads, AProxyThatBeginsAnewNamesAllThatAreBusy) {
  Nodes nodes(2);
  nodes.start_proxy(0);
  nodes.start_proxy(1);
  nodes.connect(0, 1);
  nodes.tell(0, one("a", 10));
  nodes.tell(0, one("b", 2));
  nodes.tell(0, one("b", 3), true);
  EXPECT_THAT(nodes.told[1], UnorderedElementsAre(Pair("b", 3)));
}

TEST(ServerLoads, ImpossibleNumbersAreCapped) {
  ServerLoads loads;
  for (int i = 0; i < 500; ++i) loads.set_of("node" + std::to_string(i), one("a", ~0U));
  EXPECT_EQ(loads.elsewhere().connections({"app", "a"}), 500 * ServerLoads::kConnectionsMax);
  for (int i = 0; i < 500; ++i) loads.forget("node" + std::to_string(i));
  EXPECT_EQ(loads.elsewhere().connections({"app", "a"}), 0U);
}

TEST(ServerLoads, ServersForWhichThereIsNoRoomLeaveNothingBehind) {
  ServerLoads loads;
  for (std::size_t i = 0; i < LoadBoard::kServersMax; ++i) {
    loads.set_of("lb2", one(std::to_string(i), 1));
  }
  loads.set_of("lb3", one("more", 5));
  EXPECT_EQ(loads.elsewhere().connections({"app", "more"}), 0U);
  loads.set_of("lb3", one("more", 0));
  loads.forget("lb2");
  loads.set_of("lb3", one("more", 5));
  loads.set_of("lb3", one("more", 4));
  EXPECT_EQ(loads.elsewhere().connections({"app", "more"}), 4U);
}

}  // namespace
}  // namespace wslb::agent::sticky
