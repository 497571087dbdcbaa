// One side of the conversation between two agents, and what the other may not say. That both sides
// end up equal is the simulator's business (tests/sim).
#include "agent/sticky/peer_session.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wslb::agent::sticky {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class PeerSessionTest : public testing::Test {
 protected:
  PeerSessionTest() { session_.connect(now_); }

  static Hello hello() {
    return {.cluster = "edge", .node = "lb2", .incarnation = 7, .config_digest = 3};
  }

  base::Result<void> receive(const Frame& frame) { return session_.receive(frame, now_); }
  std::string refusal_of(const Frame& frame) {
    const auto taken = receive(frame);
    return taken ? "taken" : taken.error().message;
  }
  void greet() { ASSERT_TRUE(receive(hello())); }
  void declare() {
    greet();
    ASSERT_TRUE(receive(Tables{
        {{0, Table{.name = "app", .key_type = 6, .key_length = 32, .size = 9, .fields = {}}}}}));
  }

  Entries entries(const std::string& value, std::uint64_t time, Sequence upto) {
    value_ = value;
    Record record{.table = 0, .key = base::view(key_), .value = base::view(value_)};
    record.version = {time, node_id("lb2")};
    record.expires_in = 60s;
    return {.records = {record}, .upto = upto};
  }
  std::string value_here() {
    const Replica::Entry* const entry = replica_.find(0, base::view(key_));
    return entry == nullptr ? "" : std::string(entry->value().begin(), entry->value().end());
  }

  base::TimePoint now_{1h};
  Replica replica_{node_id("lb1"), now_, {now_, 1}, [](const Replica::Entry&) {}};
  Identity self_{"edge", "lb1", 5, 3};
  ServerLoads loads_;
  PeerSession session_{replica_, loads_, self_, "lb2"};
  std::string key_ = "room1";
  std::string value_;
};

TEST_F(PeerSessionTest, SpeaksTheVersionThatBothKnow) {
  Hello next = hello();
  next.protocol_max = 2;  // of an agent that is newer and still speaks ours
  EXPECT_TRUE(receive(next));
  EXPECT_TRUE(session_.connected());
}

TEST_F(PeerSessionTest, RefusesAPeerWithoutAVersionInCommonAndSaysWhatToDo) {
  Hello newer = hello();
  newer.protocol_min = 2;
  newer.protocol_max = 3;
  EXPECT_THAT(refusal_of(newer), HasSubstr("speaks versions 2 to 3 of the peer protocol, this "
                                           "agent 1; upgrade the older one"));
  Hello older = hello();
  older.protocol_min = older.protocol_max = 0;
  EXPECT_THAT(refusal_of(older), HasSubstr("speaks versions 0 to 0"));
  EXPECT_FALSE(session_.connected());
}

TEST_F(PeerSessionTest, RefusesAnotherClusterOrNode) {
  Hello other = hello();
  other.cluster = "office";
  EXPECT_THAT(refusal_of(other), HasSubstr("is node lb2 of cluster office, expected lb2 of edge"));
  other = hello();
  other.node = "lb3";
  EXPECT_THAT(refusal_of(other), HasSubstr("is node lb3"));
}

TEST_F(PeerSessionTest, TellsConfigurationsThatDiffer) {
  Hello other = hello();
  other.config_digest = 4;
  ASSERT_TRUE(receive(other));
  EXPECT_TRUE(session_.config_differs());
}

TEST_F(PeerSessionTest, NothingCountsBeforeHelloAndHelloOnlyOnce) {
  EXPECT_FALSE(receive(Ack{1}));
  EXPECT_FALSE(receive(entries("app1", 10, 1)));
  greet();
  EXPECT_FALSE(receive(hello()));
}

TEST_F(PeerSessionTest, EntriesOfATableThatWasNotDeclaredAreRefused) {
  greet();
  EXPECT_FALSE(receive(entries("app1", 10, 1)));
  EXPECT_EQ(replica_.size(), 0U);
}

TEST_F(PeerSessionTest, AReplayedOrReorderedFrameChangesNothing) {
  declare();
  ASSERT_TRUE(receive(entries("app1", 10, 1)));
  ASSERT_TRUE(receive(entries("app2", 20, 2)));
  EXPECT_EQ(value_here(), "app2");
  ASSERT_TRUE(receive(entries("app1", 10, 1))) << "the older one once more";
  EXPECT_EQ(value_here(), "app2");
}

TEST_F(PeerSessionTest, AnAckOfWhatWasNeverSentIsRefused) {
  greet();
  EXPECT_FALSE(receive(Ack{1000}));
}

}  // namespace
}  // namespace wslb::agent::sticky
