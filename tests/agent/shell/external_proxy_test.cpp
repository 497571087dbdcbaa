// Processes of ours play the proxy: their death is real, the answers are WebServer's.
#include "agent/external_proxy.h"

#include <csignal>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "agent/file_descriptor.h"
#include "agent/pidfd.h"
#include "agent/process_table.h"
#include "tests/agent/shell/event_loop.h"
#include "tests/agent/shell/temporary_dir.h"
#include "tests/agent/shell/web_server.h"

namespace wslb::agent {
namespace {

using testing::HasSubstr;

pid_t fork_process() {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) ::pause();
  }
  return pid;
}

// Forks a worker at its start and another one at each SIGUSR2, which is a reload.
pid_t fork_master() {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t reload;
    ::sigemptyset(&reload);
    ::sigaddset(&reload, SIGUSR2);
    ::sigprocmask(SIG_BLOCK, &reload, nullptr);  // waits until the fork before it is over
    for (int signal = 0;; ::sigwait(&reload, &signal)) fork_process();
  }
  return pid;
}

class ExternalProxyTest : public testing::Test {
 protected:
  ~ExternalProxyTest() override {
    for (const pid_t pid : processes_) end(pid);
  }

  static void end(pid_t pid) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }

  // Returns when it is dead: a killed process dies only when it gets a processor.
  static void kill_at_once(pid_t pid) {
    FileDescriptor process(::pidfd_open(pid, 0));
    ::kill(pid, SIGKILL);
    pollfd death{.fd = process.get(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(::poll(&death, 1, 5000), 1);
  }

  pid_t keep(pid_t pid) { return processes_.emplace_back(pid); }

  // As HAProxy does: the old file goes first.
  void write_pid(pid_t pid) {
    std::filesystem::remove(pid_file_);
    std::ofstream(pid_file_) << pid << "\n";
  }

  void open() {
    auto opened = ExternalProxy::open(
        io_, {.pidfile = pid_file_, .check = server_.check()},
        {.on_ready = [this](std::int32_t pid) { told_.push_back(std::to_string(pid)); },
         .on_lost = [this](const std::string& reason) { told_.push_back(reason); }});
    ASSERT_TRUE(opened) << opened.error().message;
    proxy_ = std::move(*opened);
  }

  bool told(std::size_t count) {
    return run_until(io_, [&] { return told_.size() >= count; });
  }

  void run_for_checks(std::size_t count) {
    const std::size_t before = server_.requests.size();
    EXPECT_TRUE(run_until(io_, [&] { return server_.requests.size() >= before + count; }));
  }

  std::int32_t newest_worker(pid_t master, std::size_t count) {
    EXPECT_TRUE(run_until(io_, [&] { return children(master).size() >= count; }));
    return children(master).back();
  }

  TemporaryDir dir_;
  std::string pid_file_ = dir_.file("proxy.pid");
  boost::asio::io_context io_;
  WebServer server_{io_};
  std::vector<std::string> told_;
  std::vector<pid_t> processes_;
  std::unique_ptr<ExternalProxy> proxy_;
};

TEST_F(ExternalProxyTest, IsUpWhenTheProcessLivesAndTheCheckIsAnswered) {
  open();
  EXPECT_FALSE(proxy_->starting());
  EXPECT_THAT(proxy_->reason(), HasSubstr(pid_file_ + ": No such file"));
  run_for_checks(3);
  EXPECT_TRUE(told_.empty()) << "no process: " << told_[0];
  const pid_t pid = keep(fork_process());
  write_pid(pid);
  ASSERT_TRUE(told(1));
  EXPECT_EQ(told_[0], std::to_string(pid));
  EXPECT_EQ(proxy_->reason(), "");
}

TEST_F(ExternalProxyTest, DeathIsSeenAtOnceAndItsSuccessorIsWelcome) {
  const pid_t pid = keep(fork_process());
  write_pid(pid);
  open();
  EXPECT_TRUE(proxy_->starting());
  ASSERT_TRUE(told(1));
  server_.close();
  kill_at_once(pid);
  ASSERT_TRUE(told(2));
  EXPECT_EQ(told_[1], "process " + std::to_string(pid) + " died");
  server_.open_again();
  run_for_checks(3);
  EXPECT_EQ(told_.size(), 2U) << "the pid file names a dead process";
  const pid_t next = keep(fork_process());
  write_pid(next);
  ASSERT_TRUE(told(3));
  EXPECT_EQ(told_[2], std::to_string(next));
}

TEST_F(ExternalProxyTest, AHangIsSeenByTheCheck) {
  write_pid(keep(fork_process()));
  open();
  ASSERT_TRUE(told(1));
  server_.answer.reset();
  ASSERT_TRUE(told(2));
  EXPECT_EQ(told_[1], server_.check().url + " has not answered 2 times");
  EXPECT_EQ(proxy_->reason(), told_[1]);
  server_.answer = "HTTP/1.1 200 OK\r\n\r\n";
  ASSERT_TRUE(told(3));
}

TEST_F(ExternalProxyTest, AReloadThatReplacesTheProcessIsNoFault) {
  const pid_t first = keep(fork_process());
  write_pid(first);
  open();
  ASSERT_TRUE(told(1));
  const pid_t second = keep(fork_process());
  write_pid(second);
  ASSERT_TRUE(told(2));
  EXPECT_EQ(told_[1], std::to_string(second));
  end(first);
  run_for_checks(3);
  EXPECT_EQ(told_.size(), 2U);
}

TEST_F(ExternalProxyTest, AReloadWhoseOldProcessGoesBeforeTheNewOneIsNamedIsNoFault) {
  const pid_t first = keep(fork_process());
  write_pid(first);
  open();
  ASSERT_TRUE(told(1));
  end(first);
  run_for_checks(3);
  EXPECT_EQ(told_.size(), 1U) << "somebody answers: " << told_.back();
  const pid_t second = keep(fork_process());
  write_pid(second);
  ASSERT_TRUE(told(2));
  EXPECT_EQ(told_[1], std::to_string(second));
}

TEST_F(ExternalProxyTest, WhoeverAnswersForTheDeadIsNotBelievedForLong) {
  const pid_t pid = keep(fork_process());
  write_pid(pid);
  open();
  ASSERT_TRUE(told(1));
  end(pid);
  ASSERT_TRUE(told(2));
  EXPECT_THAT(told_[1], HasSubstr(pid_file_ + " names no other"));
}

TEST_F(ExternalProxyTest, DeathOfTheNewestWorkerIsSeenThoughTheMasterLives) {
  const pid_t master = keep(fork_master());
  const std::int32_t old_worker = newest_worker(master, 1);
  write_pid(master);
  open();
  ASSERT_TRUE(told(1));
  ::kill(master, SIGUSR2);
  const std::int32_t worker = newest_worker(master, 2);
  run_for_checks(2);
  kill_at_once(old_worker);
  run_for_checks(3);
  EXPECT_EQ(told_.size(), 1U) << "an old worker's end is part of a reload: " << told_.back();
  server_.close();
  kill_at_once(worker);
  ASSERT_TRUE(told(2));
  EXPECT_EQ(told_[1], "process " + std::to_string(worker) + " died");
}

TEST_F(ExternalProxyTest, DeathOfTheMasterIsSeen) {
  const pid_t master = keep(fork_master());
  newest_worker(master, 1);
  write_pid(master);
  open();
  ASSERT_TRUE(told(1));
  server_.close();
  kill_at_once(master);
  ASSERT_TRUE(told(2));
  EXPECT_THAT(told_[1], HasSubstr(" died"));
}

TEST_F(ExternalProxyTest, AFileThatNamesOnlyTheDeadDoesNotHideWhoServes) {
  const pid_t pid = keep(fork_process());
  write_pid(pid);
  open();
  ASSERT_TRUE(told(1));
  const pid_t failed = keep(fork_process());
  end(failed);
  write_pid(failed);  // a start that failed
  run_for_checks(3);
  EXPECT_EQ(proxy_->reason(), "");
  server_.close();
  end(pid);
  ASSERT_TRUE(told(2));
  EXPECT_EQ(told_[1], "process " + std::to_string(pid) + " died");
}

TEST_F(ExternalProxyTest, NeverWaitsForAPipe) {
  ASSERT_EQ(::mkfifo(pid_file_.c_str(), 0600), 0);
  open();
  EXPECT_THAT(proxy_->reason(), HasSubstr(pid_file_ + ": it is no regular file"));
}

TEST(PidFile, TakesOnePidALine) {
  using Pids = std::vector<std::int32_t>;
  EXPECT_EQ(parse_pid_file("4711\n"), Pids{4711});
  EXPECT_EQ(parse_pid_file("1\n22\n333"), (Pids{1, 22, 333}));
  EXPECT_EQ(parse_pid_file("\n x -5 0 99999999999 12a\n7\n"), Pids{7});
  EXPECT_EQ(parse_pid_file(""), Pids{});
}

TEST(ProcessTable, KnowsThisProcessAndNotThatOfNobody) {
  EXPECT_GT(start_time(::getpid()), 0U);
  EXPECT_EQ(start_time(-1), 0U);
  EXPECT_FALSE(command_name(::getpid()).empty());
  EXPECT_TRUE(children(-1).empty());
}

}  // namespace
}  // namespace wslb::agent
