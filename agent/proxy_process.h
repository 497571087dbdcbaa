// `proxy-command`: the agent starts the proxy itself, where no systemd does, and starts it again
// when it dies: at once, then with pauses that grow to one second. The proxy outlives a killed
// agent; the next agent finds it by proxy.pid in the run directory and goes on with it instead of
// starting a second one. Whether the proxy is any good is none of this class's business: ProxyLink
// tells. Used by the wiring in main.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/descriptor.h"

namespace wslb::agent {

class ProxyProcess {
 public:
  // `command` is the program and its arguments; `pid_file` remembers the process.
  ProxyProcess(boost::asio::io_context& io, std::vector<std::string> command, std::string pid_file);

  void start();
  // SIGTERM, SIGKILL after five seconds; `done` is called when the process is gone.
  void stop(std::function<void()> done);

  [[nodiscard]] bool running() const { return process_.has_value(); }

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] bool adopt();
  void spawn();
  [[nodiscard]] bool follow(std::int32_t pid, FileDescriptor process);
  void on_death();
  [[nodiscard]] Clock::duration next_pause();

  boost::asio::io_context& io_;
  std::vector<std::string> command_;
  std::string pid_file_;
  boost::asio::steady_timer timer_;    // of the next start or of the SIGKILL
  std::optional<Descriptor> process_;  // a pidfd
  std::int32_t pid_ = 0;
  Clock::time_point started_;
  Clock::duration pause_{0};
  std::function<void()> stopped_;  // set: no restart any more
};

}  // namespace wslb::agent
