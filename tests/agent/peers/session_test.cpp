#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire.h"

namespace wslb::agent::peers {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const auto kHello = bytes_of("HAProxyS 2.1\nhap\nwslb 7 1\n");

TEST(Session, ShakesHandsAsTheProtocolSays) {
  End one = dialler();
  End other = listener();
  EXPECT_EQ(one.write(at(0ms)), kHello);
  other.read(kHello, at(0ms));
  EXPECT_EQ(other.session.peer(), "wslb");
  EXPECT_EQ(text_of(other.write(at(0ms))), "200\n");
  one.read(bytes_of("200\n"), at(0ms));
  EXPECT_TRUE(one.session.established());
  EXPECT_TRUE(other.session.established());
}

TEST(Session, OfAListenerSaysNothingBeforeItIsAdmitted) {
  End end = listener();
  std::ignore = end.session.receive(kHello, end.store, at(0ms));
  EXPECT_TRUE(end.session.awaits_admission());
  EXPECT_THAT(end.write(at(0ms)), IsEmpty());
  end.session.close("nobody we know");
  EXPECT_THAT(end.write(at(0ms)), IsEmpty());
  EXPECT_EQ(end.session.closing(), "nobody we know");
}

// What an answer would be for ever must not be said of what a reload may mend.
TEST(Session, AnswersAWrongNameByAnEndAlone) {
  End end = listener();
  end.read(bytes_of("HAProxyS 2.1\nother\nwslb 7 1\n"), at(0ms));
  EXPECT_EQ(end.session.closing(), "it asks for 'other', which is not our name");
  EXPECT_THAT(end.write(at(0ms)), IsEmpty());
}

TEST(Session, SaysWhichProtocolItRefuses) {
  for (const auto& [line, status] : {std::pair{"HAProxyS 2.2\n", "502\n"},
                                     {"HAProxyS 3.0\n", "502\n"},
                                     {"GET / HTTP/1.1\n", "501\n"}}) {
    End end = listener();
    end.read(bytes_of(line), at(0ms));
    EXPECT_EQ(text_of(end.write(at(0ms))), status);
    EXPECT_TRUE(end.session.closing());
  }
}

TEST(Session, TellsWhyItWasRefused) {
  for (const auto& [status, why] : {std::pair{"504\n", "does not know our name"},
                                    {"503\n", "another name"},
                                    {"502\n", "refuses the protocol"},
                                    {"300\n", "again later"},
                                    {"HTTP/1.1 400\n", "none of the protocol"}}) {
    End end = dialler();
    std::ignore = end.write(at(0ms));
    end.read(bytes_of(status), at(0ms));
    ASSERT_TRUE(end.session.closing()) << status;
    EXPECT_THAT(*end.session.closing(), HasSubstr(why));
    EXPECT_FALSE(end.session.established());
  }
}

TEST(Session, BoundsTheFirstLines) {
  End end = listener();
  end.read(base::Bytes(kLineBytesMax + 1, 'x'), at(0ms));
  EXPECT_EQ(end.session.closing(), "its first lines are too long");
}

struct Pair {
  explicit Pair(std::vector<Table> tables = {rooms_table()})
      : one(dialler(tables)), other(listener(tables)) {
    talk(one, other, at(0ms));
  }
  End one;
  End other;
};

TEST(Session, CarriesChangesBothWays) {
  Pair pair;
  pair.one.store.put(room("a", "s1"));
  pair.other.store.put(room("b", "s2"));
  talk(pair.one, pair.other, at(10ms));
  EXPECT_THAT(pair.one.store.entries(), ElementsAre("a=s1", "b=s2"));
  EXPECT_EQ(pair.one.store.entries(), pair.other.store.entries());
  EXPECT_EQ(pair.other.store.told().front(), room("a", "s1"));
}

TEST(Session, DoesNotEcho) {
  Pair pair;
  for (int i = 0; i < 10; ++i) pair.one.store.put(room("a" + std::to_string(i), "s1"));
  talk(pair.one, pair.other, at(10ms));
  EXPECT_THAT(pair.one.store.told(), IsEmpty());
  // Unless it has changed since.
  pair.other.store.put(room("a3", "s9"));
  talk(pair.one, pair.other, at(20ms));
  EXPECT_THAT(pair.one.store.told(), ElementsAre(room("a3", "s9")));
}

TEST(Session, CarriesChangesHoweverTheWireCutsThem) {
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 50U, 1000U}) {
    Pair pair({rooms_table(), rooms_table("/other")});
    for (int i = 0; i < 100; ++i) {
      pair.one.store.put(
          room("k" + std::to_string(i), "s" + std::to_string(i), i % 3 == 0 ? "/other" : "rooms"));
    }
    talk(pair.one, pair.other, at(10ms), piece);
    EXPECT_EQ(pair.other.store.entries(), pair.one.store.entries()) << piece;
    EXPECT_EQ(pair.one.session.acknowledged(), 100U);
  }
}

TEST(Session, WritesNoMoreThanThereIsRoomFor) {
  Pair pair;
  for (int i = 0; i < 1000; ++i) pair.one.store.put(room("k" + std::to_string(i), "s"));
  base::Bytes out;
  pair.one.session.write(pair.one.store, at(10ms), 500, out);
  EXPECT_GE(out.size(), 500U);
  EXPECT_LT(out.size(), 700U);
  pair.other.read(out, at(10ms));
  talk(pair.one, pair.other, at(20ms));
  EXPECT_EQ(pair.other.store.entries().size(), 1000U);
}

TEST(Session, KnowsWhatWasAcknowledged) {
  Pair pair({rooms_table(), rooms_table("/other")});
  pair.one.store.put(room("a", "s"));
  pair.one.store.put(room("b", "s", "/other"));
  pair.one.store.put(room("c", "s"));
  const base::Bytes lost = pair.one.write(at(10ms));
  EXPECT_EQ(pair.one.session.acknowledged(), 0U);
  // The next connection goes on there.
  End again = dialler({rooms_table(), rooms_table("/other")});
  again.store = pair.one.store;
  again.session.resume_after(1);
  End other = listener({rooms_table(), rooms_table("/other")});
  talk(again, other, at(20ms));
  EXPECT_THAT(other.store.entries(), ElementsAre("b=s", "c=s"));
  EXPECT_EQ(again.session.acknowledged(), 3U);
}

TEST(Session, BeatsAndHearsBeats) {
  Pair pair;
  EXPECT_EQ(pair.one.session.next_deadline(), at(3s));
  EXPECT_THAT(pair.one.write(at(2999ms)), IsEmpty());
  EXPECT_EQ(pair.one.write(at(3s)), from_hex("00 04"));
  EXPECT_THAT(pair.one.write(at(3s)), IsEmpty());
  pair.other.read(from_hex("00 04"), at(3s));
  pair.other.session.handle_expiry(at(12999ms));
  EXPECT_FALSE(pair.other.session.closing());
  pair.other.session.handle_expiry(at(13s));
  EXPECT_EQ(pair.other.session.closing(), "it was silent for 10 s");
}

TEST(Session, TellsAgainAndAgainWhatATunnelHolds) {
  Pair pair;
  pair.one.store.put(room("aging", "s1"));
  pair.one.store.put(room("held", "s2"));
  pair.one.store.hold_newest();
  talk(pair.one, pair.other, at(1s));
  const std::size_t told = pair.other.store.told().size();
  pair.other.read(from_hex("00 04"), at(600s));
  pair.one.read(from_hex("00 04"), at(600s));
  talk(pair.one, pair.other, at(600s));
  EXPECT_EQ(pair.other.store.told().size(), told);
  EXPECT_EQ(pair.one.session.next_deadline(), at(601s));
  talk(pair.one, pair.other, at(601s));
  ASSERT_EQ(pair.other.store.told().size(), told + 1);
  EXPECT_EQ(pair.other.store.told().back(), room("held", "s2"));
  talk(pair.one, pair.other, at(602s));
  EXPECT_EQ(pair.other.store.told().size(), told + 1);
  EXPECT_EQ(pair.one.session.acknowledged(), 2U);
}

TEST(Session, GivesUpASilentHandshake) {
  End end = dialler();
  std::ignore = end.write(at(0ms));
  EXPECT_EQ(end.session.next_deadline(), at(10s));
  end.session.handle_expiry(at(10s));
  EXPECT_TRUE(end.session.closing());
}

TEST(Session, IgnoresTablesThatItHasNotAndTellsOfOthersThatDiffer) {
  Table other_length = rooms_table();
  other_length.key_length = 32;
  End one = dialler({other_length, rooms_table("/unknown")});
  End other = listener();
  talk(one, other, at(0ms));
  one.store.put(room("a", "s1"));
  one.store.put(room("b", "s1", "/unknown"));
  talk(one, other, at(10ms));
  EXPECT_THAT(other.store.entries(), IsEmpty());
  EXPECT_THAT(other.remarks, ElementsAre(HasSubstr("'rooms' has keys of another type or length")));
  EXPECT_FALSE(other.session.closing());
  EXPECT_EQ(one.session.acknowledged(), 0U);
}

TEST(Session, NeverLearnsHowManyConnectionsAreOpenElsewhere) {
  Table table = rooms_table();
  table.data.insert(table.data.begin() + 1, {.type = kConnCur});
  Pair pair({table});
  Update update = room("a", "s1");
  update.data.push_back({.type = kConnCur, .value = 5});
  pair.one.store.put(update);
  talk(pair.one, pair.other, at(10ms));
  EXPECT_THAT(pair.other.store.told(), ElementsAre(room("a", "s1")));
}

TEST(Session, DefinesATableAnewThatAReloadHasChanged) {
  Pair pair;
  pair.one.store.put(room("a", "s1"));
  talk(pair.one, pair.other, at(10ms));
  Table longer = rooms_table();
  longer.expire = 40min;
  Store changed({longer});
  changed.put(room("a", "s1"));
  changed.put(room("b", "s2"));
  pair.one.store = changed;
  talk(pair.one, pair.other, at(20ms));
  EXPECT_THAT(pair.other.store.entries(), ElementsAre("a=s1", "b=s2"));
}

TEST(Session, EndsWithWhatItDoesNotUnderstand) {
  for (const auto& [hex, answer] :
       {std::pair{"0a 80 04 00 00 00 01", "01 00"},  // an entry before any table
        {"0a 83 01 05", "01 00"},                    // a table that was never defined
        {"0a 84 02 01 00", "01 00"},                 // half an acknowledgement
        {"0a 82 01 05", "01 00"},                    // half a definition
        {"0a 80 ff ff ff 7f", "01 01"}}) {           // far too long
    Pair pair;
    pair.other.read(from_hex(hex), at(10ms));
    EXPECT_TRUE(pair.other.session.closing()) << hex;
    EXPECT_EQ(pair.other.write(at(10ms)), from_hex(answer)) << hex;
    EXPECT_THAT(pair.other.write(at(10ms)), IsEmpty());
  }
}

TEST(Session, PassesOverWhatANewerProtocolHas) {
  Pair pair;
  pair.other.read(from_hex("00 09 00 85 02 01 02 0a 90 01 00 ff 00 0b 80 00 00 04"), at(10ms));
  EXPECT_FALSE(pair.other.session.closing());
}

TEST(Session, EndsWhereThePeerReportsAnError) {
  Pair pair;
  pair.other.read(from_hex("01 00"), at(10ms));
  EXPECT_EQ(pair.other.session.closing(), "it finds an error in what we said");
}

TEST(Session, BoundsTheNumberOfTables) {
  Pair pair;
  base::Bytes bytes;
  for (std::uint64_t id = 0; id <= kTablesMax; ++id) append_definition(bytes, id, rooms_table());
  pair.other.read(bytes, at(10ms));
  EXPECT_EQ(pair.other.session.closing(), "it sent more than 256 tables");
}

}  // namespace
}  // namespace wslb::agent::peers
