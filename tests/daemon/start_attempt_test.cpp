#include "daemon/start_attempt.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wslb::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST(PauseTest, TheFirstFailuresEndAtOnceThenEachWaitsLonger) {
  EXPECT_EQ(pause_after(0), milliseconds(0));
  EXPECT_EQ(pause_after(4), milliseconds(0));
  EXPECT_EQ(pause_after(5), milliseconds(100));
  EXPECT_EQ(pause_after(6), milliseconds(200));
  EXPECT_EQ(pause_after(13), milliseconds(25600));
  EXPECT_EQ(pause_after(14), milliseconds(30000));
  EXPECT_EQ(pause_after(1'000'000), milliseconds(30000));
}

// As systemd starts a program: each start is a process of its own, for it closes what it has open.
class StartAttemptTest : public testing::Test {
 protected:
  StartAttemptTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "wslb-start-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    config_ = directory_ + "/etc/wslb.cfg";
    note_ = directory_ + "/run/failed-starts";
    std::filesystem::create_directory(directory_ + "/etc");
    std::filesystem::create_directory(directory_ + "/run");
    write(config_, "good\n");
    ::setenv("RUNTIME_DIRECTORY", (directory_ + "/run:/elsewhere").c_str(), 1);
  }
  ~StartAttemptTest() override {
    ::unsetenv("RUNTIME_DIRECTORY");
    ::unsetenv("SYSTEMD_EXEC_PID");
    std::filesystem::remove_all(directory_);
  }

  static void write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
  }
  [[nodiscard]] std::string note() const {
    std::string text;
    std::ifstream(note_) >> text;
    return text;
  }
  static void be_systemd_s() {
    ::setenv("SYSTEMD_EXEC_PID", std::to_string(::getpid()).c_str(), 1);
  }
  [[nodiscard]] pid_t start_and_fail() const {
    const pid_t child = ::fork();
    if (child == 0) {
      be_systemd_s();
      StartAttempt attempt({config_});
      attempt.fail();
      ::_exit(1);
    }
    return child;
  }
  // How long it took.
  static milliseconds await(pid_t child) {
    const auto begun = steady_clock::now();
    ::waitpid(child, nullptr, 0);
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun);
  }

  std::string directory_;
  std::string config_;
  std::string note_;
};

TEST_F(StartAttemptTest, FailuresInARowAreCounted) {
  for (const char* const count : {"1", "2", "3"}) {
    EXPECT_LT(await(start_and_fail()), milliseconds(1000));
    EXPECT_EQ(note(), count);
  }
}

TEST_F(StartAttemptTest, ALaterOneWaits) {
  write(note_, "7\n");
  EXPECT_GE(await(start_and_fail()), milliseconds(350));
  EXPECT_EQ(note(), "8");
}

TEST_F(StartAttemptTest, AChangedFileEndsTheWait) {
  write(note_, "50\n");
  const pid_t child = start_and_fail();
  while (std::filesystem::exists(note_)) std::this_thread::sleep_for(milliseconds(1));
  write(config_, "better\n");
  EXPECT_LT(await(child), milliseconds(5000));
  EXPECT_EQ(note(), "5");
}

TEST_F(StartAttemptTest, AChangeSinceTheFileWasReadIsNotMissed) {
  write(note_, "50\n");
  const pid_t child = ::fork();
  if (child == 0) {
    be_systemd_s();
    StartAttempt attempt({config_});
    write(config_, "better\n");
    attempt.fail();
    ::_exit(1);
  }
  EXPECT_LT(await(child), milliseconds(5000));
}

TEST_F(StartAttemptTest, WhoeverEndsTheWaitBeginsAnew) {
  write(note_, "50\n");
  const pid_t child = start_and_fail();
  while (std::filesystem::exists(note_)) std::this_thread::sleep_for(milliseconds(1));
  ::kill(child, SIGTERM);
  await(child);
  EXPECT_EQ(note(), "");
}

TEST_F(StartAttemptTest, SuccessIsTheEndOfTheRow) {
  write(note_, "50\n");
  be_systemd_s();
  StartAttempt attempt({config_});
  attempt.succeed();
  attempt.fail();
  EXPECT_EQ(note(), "");
}

TEST_F(StartAttemptTest, NothingWaitsThatSystemdHasNotStartedItself) {
  write(note_, "50\n");
  be_systemd_s();  // and what this process starts has its environment
  const pid_t child = ::fork();
  if (child == 0) {
    StartAttempt attempt({config_});
    attempt.fail();
    ::_exit(1);
  }
  EXPECT_LT(await(child), milliseconds(5000));
  EXPECT_EQ(note(), "50");
}

TEST(JournalTest, AnotherFileBehindStderrIsNotTheJournal) {
  ::setenv("JOURNAL_STREAM", "1:1", 1);
  EXPECT_FALSE(journal_reads_stderr());
  ::unsetenv("JOURNAL_STREAM");
  EXPECT_FALSE(journal_reads_stderr());
}

}  // namespace
}  // namespace wslb::daemon
