#include "agent/proxy_process.h"

#include <csignal>
#include <fstream>
#include <iterator>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "tests/agent/shell/temporary_dir.h"

namespace wslb::agent {
namespace {

using namespace std::chrono_literals;

class ProxyProcessTest : public testing::Test {
 protected:
  template <typename Done>
  bool wait_until(Done done) {
    const auto end = std::chrono::steady_clock::now() + 5s;
    while (!done() && std::chrono::steady_clock::now() < end) {
      io_.restart();
      io_.run_one_for(10ms);
    }
    return done();
  }

  std::vector<std::string> shell(const std::string& script) { return {"/bin/sh", "-c", script}; }

  [[nodiscard]] std::string text(const std::string& file) const {
    std::ifstream in(dir_.file(file));
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  [[nodiscard]] pid_t pid() const {
    const std::string remembered = text("proxy.pid");
    return remembered.empty() ? 0 : std::stoi(remembered);
  }

  void stop(ProxyProcess& process) {
    bool stopped = false;
    process.stop([&] { stopped = true; });
    EXPECT_TRUE(wait_until([&] { return stopped; }));
  }

  TemporaryDir dir_;
  boost::asio::io_context io_;
};

TEST_F(ProxyProcessTest, StartsTheCommandAndStopsItBySigterm) {
  ProxyProcess process(io_,
                       shell("trap 'echo term >" + dir_.file("out") +
                             "; exit 0' TERM; while :; do sleep 0.01; done"),
                       dir_.file("proxy.pid"));
  process.start();
  EXPECT_TRUE(process.running());
  ::usleep(200'000);  // the shell sets its trap
  stop(process);
  EXPECT_FALSE(process.running());
  EXPECT_EQ(text("out"), "term\n");
}

TEST_F(ProxyProcessTest, StartsItAgainWhenItDies) {
  ProxyProcess process(io_, shell("exec sleep 100"), dir_.file("proxy.pid"));
  process.start();
  const pid_t first = pid();
  ASSERT_GT(first, 0);
  ::kill(first, SIGKILL);
  EXPECT_TRUE(wait_until([&] { return pid() > 0 && pid() != first; }));
  stop(process);
}

TEST_F(ProxyProcessTest, PausesBetweenStartsOfACommandThatDoesNotWork) {
  ProxyProcess process(io_, shell("echo x >>" + dir_.file("starts")), dir_.file("proxy.pid"));
  process.start();
  io_.run_for(1s);
  stop(process);
  const std::size_t starts = text("starts").size() / 2;
  EXPECT_GE(starts, 3U);
  EXPECT_LE(starts, 8U);
}

TEST_F(ProxyProcessTest, StartsOneThatWorkedAgainWithoutAPause) {
  ProxyProcess process(io_, shell("exec sleep 100"), dir_.file("proxy.pid"));
  process.start();
  for (int i = 0; i < 4; ++i) {
    io_.restart();
    io_.run_for(600ms);
    const pid_t before = pid();
    ASSERT_GT(before, 0);
    const auto killed = std::chrono::steady_clock::now();
    ::kill(before, SIGKILL);
    ASSERT_TRUE(wait_until([&] { return pid() > 0 && pid() != before; }));
    EXPECT_LT(std::chrono::steady_clock::now() - killed, 300ms);
  }
  stop(process);
}

TEST_F(ProxyProcessTest, GoesOnWithTheProxyOfAKilledAgent) {
  auto killed =
      std::make_unique<ProxyProcess>(io_, shell("exec sleep 100"), dir_.file("proxy.pid"));
  killed->start();
  const pid_t orphan = pid();
  killed.reset();
  ProxyProcess process(io_, shell("exec sleep 100"), dir_.file("proxy.pid"));
  process.start();
  EXPECT_EQ(pid(), orphan);
  stop(process);
  EXPECT_EQ(::kill(orphan, 0), -1) << "the proxy is still there";
}

TEST_F(ProxyProcessTest, InheritsNoDescriptorsAndNoSignalSettings) {
  std::signal(SIGPIPE, SIG_IGN);
  ProxyProcess process(
      io_,
      shell("ls /proc/self/fd | wc -w >" + dir_.file("fds") + "; grep SigIgn /proc/self/status >" +
            dir_.file("signals") + "; exec sleep 100"),
      dir_.file("proxy.pid"));
  process.start();
  EXPECT_TRUE(wait_until([&] { return !text("signals").empty(); }));
  std::signal(SIGPIPE, SIG_DFL);
  // 0, 1, 2 and ls's own of the directory.
  EXPECT_EQ(text("fds"), "4\n");
  EXPECT_EQ(text("signals"), "SigIgn:\t0000000000000000\n");
  stop(process);
}

}  // namespace
}  // namespace wslb::agent
