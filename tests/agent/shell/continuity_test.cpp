#include "agent/continuity.h"

#include <gtest/gtest.h>
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

TEST(Continuity, ForgetsWhatWasNotedForOtherSections) {
  const TemporaryDir dir;
  {
    const auto first = Continuity::open(dir.file("continuity"), {"a", "b"});
    ASSERT_TRUE(first);
    (*first)->note_advert(0, noon);
  }
  const auto other = Continuity::open(dir.file("continuity"), {"b", "a"});
  ASSERT_TRUE(other);
  EXPECT_FALSE((*other)->last_advert(0));
  EXPECT_FALSE((*other)->last_advert(1));
}

TEST(Continuity, SaysWhereItCannotBeWritten) {
  const auto nowhere = Continuity::open("/nonexistent/continuity", {"a"});
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().message.find("/nonexistent/continuity"), std::string::npos);
}

}  // namespace
}  // namespace wslb::agent
