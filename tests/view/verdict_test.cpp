#include "view/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/view/example.h"

namespace wslb::view {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Verdict = Successor::Verdict;

Successor successor(const proto::Status& status) {
  return successor_of(status, status.vrrp(0));
}

TEST(Successor, APeerThatIsBackupCanTakeOver) {
  const Successor found = successor(example_pair());
  EXPECT_EQ(found.verdict, Verdict::Ready);
  EXPECT_EQ(describe(found), "lb2 can take over now");
}

TEST(Successor, SaysWhyAPeerCannot) {
  proto::Status status = example_pair();
  auto& theirs = *status.mutable_peers(0)->mutable_standing()->mutable_sections(0);
  theirs.set_state("fault");
  theirs.set_reason("the proxy is down");
  EXPECT_EQ(describe(successor(status)), "nobody can take over: lb2: fault: the proxy is down");
  status.mutable_peers(0)->set_state("connecting");
  status.mutable_peers(0)->set_reason("Connection refused");
  EXPECT_EQ(describe(successor(status)),
            "nobody can take over: lb2: its agent is not connected: Connection refused");
}

TEST(Successor, AnOlderPeerDoesNotSay) {
  proto::Status status = example_pair();
  status.mutable_peers(0)->clear_standing();
  EXPECT_THAT(describe(successor(status)), HasSubstr("does not say"));
  status.mutable_peers(0)->mutable_standing();
  EXPECT_THAT(describe(successor(status)), HasSubstr("no such section"));
}

TEST(Successor, ADrainedPeerIsTheLastResort) {
  proto::Status status = example_pair();
  status.mutable_peers(0)->mutable_standing()->set_drained(true);
  EXPECT_EQ(describe(successor(status)), "lb2 can take over now, though it is drained");
  *status.add_peers() = example_pair().peers(0);
  status.mutable_peers(1)->set_node("lb3");
  EXPECT_EQ(describe(successor(status)), "lb3 can take over now");
}

TEST(Successor, OnABackupItIsTheNodeItself) {
  proto::Status status = example_pair();
  status.mutable_vrrp(0)->set_state("backup");
  status.mutable_vrrp(0)->set_active_node("lb2");
  EXPECT_EQ(describe(successor(status)), "lb1 can take over now");
  status.mutable_vrrp(0)->set_state("fault");
  status.mutable_vrrp(0)->set_reason("interface eth0 is down");
  EXPECT_EQ(describe(successor(status)),
            "nobody can take over: lb1 is in fault: interface eth0 is down");
}

TEST(Successor, OfAClusterOfOneNobodyKnows) {
  proto::Status status = example_pair();
  status.clear_peers();
  EXPECT_EQ(successor(status).verdict, Verdict::Unknown);
  EXPECT_THAT(alarms_of(status), IsEmpty());
}

TEST(Successor, AHaproxyIsNoNode) {
  proto::Status status = example_pair();
  status.mutable_peers(0)->set_kind("haproxy");
  status.mutable_peers(0)->set_in_step(false);
  EXPECT_EQ(successor(status).verdict, Verdict::Unknown);
  EXPECT_TRUE(tables_in_step(status));
}

TEST(Alarms, OfThisNodeItsPeersAndItsBackends) {
  EXPECT_THAT(alarms_of(example_pair()), IsEmpty());
  proto::Status status = example_pair();
  status.mutable_vrrp(0)->add_alarms("somebody has the VIP");
  status.mutable_proxy()->set_state("down");
  status.mutable_proxy()->set_reason("process 1 died");
  status.mutable_peers(0)->add_alarms("its configuration differs");
  status.mutable_peers(0)->mutable_standing()->add_alarms("public: clash");
  auto& backend = *status.add_traffic();
  backend.set_kind(proto::TrafficRow::BACKEND);
  backend.set_proxy("app");
  backend.set_servers(2);
  EXPECT_THAT(alarms_of(status),
              ElementsAre("public: somebody has the VIP", "proxy: down: process 1 died",
                          "lb2: its configuration differs", "lb2: public: clash",
                          "backend app: no server is up"));
}

TEST(Tables, AreInStepWhenEveryNodeHasEverything) {
  proto::Status status = example_pair();
  EXPECT_TRUE(tables_in_step(status));
  status.mutable_peers(0)->set_in_step(false);
  EXPECT_FALSE(tables_in_step(status));
}

}  // namespace
}  // namespace wslb::view
