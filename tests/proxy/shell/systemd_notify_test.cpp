#include "proxy/systemd_notify.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace wslb::proxy {
namespace {

using std::chrono::milliseconds;

// Stands for systemd: an abstract socket that takes what is said.
class Systemd {
 public:
  explicit Systemd(int watchdog_us) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    const std::string name = "@wslb-notify-" + std::to_string(::getpid());
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    name.copy(address.sun_path, sizeof address.sun_path);
    address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    ::setenv("WATCHDOG_USEC", std::to_string(watchdog_us).c_str(), 1);
  }
  ~Systemd() {
    ::close(socket_);
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
  }
  Systemd(const Systemd&) = delete;
  Systemd& operator=(const Systemd&) = delete;

  // What it was told next; empty: nothing.
  std::string next() {
    std::array<char, 256> buffer{};
    const ssize_t size = ::recv(socket_, buffer.data(), buffer.size(), 0);
    return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }
  // How often it was told so since the last look; nothing else may have been said.
  int count(const std::string& expected) {
    int times = 0;
    for (std::string word = next(); !word.empty(); word = next()) {
      EXPECT_EQ(word, expected);
      ++times;
    }
    return times;
  }

 private:
  int socket_;
};

Listener::Workers two_workers() {
  Listener::Workers workers;
  for (int i = 0; i < 2; ++i) workers.push_back(std::make_unique<Worker>());
  return workers;
}

TEST(SystemdNotify, FeedsTheWatchdogWhileEveryWorkerTurns) {
  Systemd systemd(50'000);
  const Listener::Workers workers = two_workers();
  SystemdNotify notify(workers);
  EXPECT_EQ(systemd.count(""), 0) << "before it serves";
  workers[0]->context.run_for(milliseconds(30));
  workers[0]->context.restart();
  notify.ready();
  EXPECT_EQ(systemd.next(), "READY=1");
  for (int i = 0; i < 10; ++i) {
    workers[0]->context.run_for(milliseconds(10));
    workers[1]->context.poll();
    workers[1]->context.restart();
  }
  EXPECT_GE(systemd.count("WATCHDOG=1"), 4);
  // The other thread hangs: what it was asked last stays without an answer.
  workers[0]->context.run_for(milliseconds(30));
  systemd.count("WATCHDOG=1");
  workers[0]->context.run_for(milliseconds(60));
  EXPECT_EQ(systemd.count("WATCHDOG=1"), 0);
}

TEST(SystemdNotify, SaysReadyOnceAndNothingElseWithoutAWatchdog) {
  Systemd systemd(0);
  const Listener::Workers workers = two_workers();
  SystemdNotify notify(workers);
  notify.ready();
  workers[0]->context.run_for(milliseconds(30));
  EXPECT_EQ(systemd.count("READY=1"), 1);
}

}  // namespace
}  // namespace wslb::proxy
