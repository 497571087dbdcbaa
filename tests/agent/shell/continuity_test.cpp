#include "agent/continuity.h"

#include <csignal>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/agent/shell/temporary_dir.h"

namespace wslb::agent {
namespace {

using namespace std::chrono_literals;

const base::TimePoint noon = base::TimePoint{} + 12h;

pid_t dead_process() {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  ::waitpid(pid, nullptr, 0);
  return pid;
}

TEST(Continuity, TellsTheSuccessorWhatWasNotedLast) {
  const TemporaryDir dir;
  {
    const auto first = Continuity::open(dir.file("continuity"), {"a", "b", "c"});
    ASSERT_TRUE(first);
    EXPECT_FALSE((*first)->last_advert(0));
    EXPECT_EQ((*first)->live_proxy(), 0);
    (*first)->note_advert(0, noon);
    (*first)->note_advert(1, noon);
    (*first)->note_advert(1, noon + 1s);
    (*first)->note_resignation(0);
    (*first)->note_proxy(::getpid());
  }
  const auto second = Continuity::open(dir.file("continuity"), {"a", "b", "c"});
  ASSERT_TRUE(second);
  EXPECT_FALSE((*second)->last_advert(0));
  EXPECT_EQ((*second)->last_advert(1), noon + 1s);
  EXPECT_FALSE((*second)->last_advert(2));
  EXPECT_EQ((*second)->live_proxy(), ::getpid());
  (*second)->note_proxy(dead_process());
  EXPECT_EQ((*second)->live_proxy(), 0);
}

TEST(Continuity, KnowsEachSectionWhereverItStands) {
  const TemporaryDir dir;
  {
    const auto first = Continuity::open(dir.file("continuity"), {"a", "b"});
    ASSERT_TRUE(first);
    (*first)->note_advert(0, noon);
  }
  const auto second = Continuity::open(dir.file("continuity"), {"c", "b", "a"});
  ASSERT_TRUE(second);
  EXPECT_FALSE((*second)->last_advert(0));
  EXPECT_FALSE((*second)->last_advert(1));
  EXPECT_EQ((*second)->last_advert(2), noon);
  (*second)->note_advert(0, noon + 1s);
  const auto third = Continuity::open(dir.file("continuity"), {"c"});
  ASSERT_TRUE(third);
  EXPECT_EQ((*third)->last_advert(0), noon + 1s);
}

TEST(Continuity, ANewSectionHasNoNotesThoughItTakesAnOldOnesPlace) {
  const TemporaryDir dir;
  {
    const auto first = Continuity::open(dir.file("continuity"), {"a"});
    ASSERT_TRUE(first);
    (*first)->note_advert(0, noon);
  }
  const auto other = Continuity::open(dir.file("continuity"), {"b"});
  ASSERT_TRUE(other);
  EXPECT_FALSE((*other)->last_advert(0));
  const auto again = Continuity::open(dir.file("continuity"), {"a"});
  ASSERT_TRUE(again);
  EXPECT_FALSE((*again)->last_advert(0));
}

// Of `path`: no room for a single byte of it, or no directory.
void expect_notes_in_memory(const std::string& path) {
  const auto notes = Continuity::open(path, {"a"});
  ASSERT_TRUE(notes);
  EXPECT_FALSE((*notes)->last_advert(0));
  (*notes)->note_advert(0, noon);
  EXPECT_EQ((*notes)->last_advert(0), noon);
}

TEST(Continuity, GoesOnInMemoryWhereTheFileCannotBeMade) {
  expect_notes_in_memory("/nonexistent/continuity");
}

TEST(Continuity, GoesOnInMemoryWhereThereIsNoRoom) {
  const TemporaryDir dir;
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &none);
  expect_notes_in_memory(dir.file("continuity"));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_DFL);
}

}  // namespace
}  // namespace wslb::agent
