#include "agent/sticky/load_board.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wslb::agent::sticky {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ServerName named(const std::string& server) {
  return {"app", server};
}

// "a=3" for each that a reader is told.
std::vector<std::string> told(const LoadBoard& board, Sequence& seen) {
  std::vector<std::string> all;
  while (board.has_after(seen)) {
    for (const ServerLoad& load : board.after(seen).loads) {
      all.push_back(load.name.server + "=" + std::to_string(load.connections));
    }
  }
  return all;
}

TEST(LoadBoard, AReaderIsToldWhatIsNewToIt) {
  LoadBoard board;
  Sequence seen = 0;
  EXPECT_FALSE(board.has_after(seen));
  board.set(named("a"), 1);
  board.set(named("b"), 2);
  EXPECT_THAT(told(board, seen), ElementsAre("a=1", "b=2"));
  EXPECT_FALSE(board.has_after(seen));
  board.set(named("b"), 2);
  EXPECT_FALSE(board.has_after(seen)) << "that is not new";
  board.set(named("a"), 5);
  board.set(named("a"), 6);
  EXPECT_THAT(told(board, seen), ElementsAre("a=6"));
  Sequence late = 0;
  EXPECT_THAT(told(board, late), ElementsAre("b=2", "a=6"));
}

TEST(LoadBoard, BackendsAreApart) {
  LoadBoard board;
  board.set({"app", "a"}, 1);
  board.set({"chat", "a"}, 2);
  EXPECT_EQ(board.connections({"app", "a"}), 1U);
  EXPECT_EQ(board.connections({"chat", "a"}), 2U);
  EXPECT_EQ(board.connections({"other", "a"}), 0U);
}

TEST(LoadBoard, ClearingTellsOfThoseThatWereBusy) {
  LoadBoard board;
  board.set(named("a"), 1);
  board.set(named("b"), 1);
  board.set(named("b"), 0);
  Sequence seen = 0;
  told(board, seen);
  board.clear();
  EXPECT_THAT(told(board, seen), ElementsAre("a=0"));
}

TEST(LoadBoard, AnIdleServerIsNoNewsUntilItIsBusy) {
  LoadBoard board;
  Sequence seen = 0;
  board.set(named("a"), 0);
  EXPECT_THAT(told(board, seen), IsEmpty());
}

TEST(LoadBoard, ManyServersTakeSeveralFrames) {
  LoadBoard board;
  for (int i = 0; i < 5000; ++i) board.set(named(std::to_string(i)), 1);
  Sequence seen = 0;
  int frames = 0;
  std::map<std::string, int> times;
  for (; board.has_after(seen); ++frames) {
    for (const ServerLoad& load : board.after(seen).loads) ++times[load.name.server];
    if (frames == 0) board.set(named("0"), 7);
  }
  EXPECT_GT(frames, 2);
  EXPECT_EQ(times.size(), 5000U);
  EXPECT_EQ(times["0"], 2);
  EXPECT_EQ(times["4999"], 1);
}

TEST(LoadBoard, AFullOneForgetsWhoHasBeenIdleTheLongest) {
  LoadBoard board;
  for (std::size_t i = 0; i < LoadBoard::kServersMax; ++i) {
    ASSERT_TRUE(board.set(named(std::to_string(i)), 1));
  }
  EXPECT_FALSE(board.set(named("one more"), 1));
  EXPECT_EQ(board.connections(named("one more")), 0U);
  board.set(named("7"), 0);
  board.set(named("3"), 0);
  Sequence seen = 0;
  told(board, seen);
  EXPECT_TRUE(board.set(named("one more"), 1));
  EXPECT_TRUE(board.set(named("3"), 2));
  EXPECT_THAT(told(board, seen), ElementsAre("one more=1", "3=2"));
  EXPECT_FALSE(board.set(named("7"), 1));
}

}  // namespace
}  // namespace wslb::agent::sticky
