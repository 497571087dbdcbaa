// What the agent does about signals: SIGTERM and SIGINT call `stop` once, SIGHUP is answered by a
// line. Used by the wiring in main.
#pragma once

#include <csignal>
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
    wait();
  }

 private:
  void wait() {
    signals_.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      if (number == SIGHUP) {
        spdlog::warn("SIGHUP: reload is not supported by this version; restart to read {}",
                     "the configuration again");
      } else if (const auto stop = std::exchange(stop_, nullptr)) {
        stop();
      }
      wait();
    });
  }

  boost::asio::signal_set signals_;
  std::function<void()> stop_;
};

}  // namespace wslb::agent
