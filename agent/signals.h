// What the agent does about signals: SIGTERM and SIGINT call `stop` once, SIGUSR2 ends the process
// as a SIGKILL would, so that its next one goes on where it stopped; SIGHUP is answered by a line.
// Used by the wiring in main.
#pragma once

#include <csignal>
#include <cstdlib>
#include <functional>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/spdlog.h>

namespace wslb::agent {

class Signals {
 public:
  Signals(boost::asio::io_context& io, std::function<void()> stop)
      : signals_(io, SIGTERM, SIGINT, SIGHUP), stop_(std::move(stop)) {
    signals_.add(SIGUSR2);
    wait();
  }

 private:
  void wait() {
    signals_.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      if (number == SIGUSR2) leave();
      if (number == SIGHUP) {
        spdlog::warn("SIGHUP: reload is not supported by this version; restart to read {}",
                     "the configuration again");
      } else if (const auto stop = std::exchange(stop_, nullptr)) {
        stop();
      }
      wait();
    });
  }

  // The VIPs stay, leased, and nobody is told: the next process has until the peers miss adverts.
  // What it needs has been written down all along.
  [[noreturn]] static void leave() {
    spdlog::info("SIGUSR2: leaving the VIPs to the next process of the agent");
    spdlog::default_logger()->flush();
    std::_Exit(0);
  }

  boost::asio::signal_set signals_;
  std::function<void()> stop_;
};

}  // namespace wslb::agent
