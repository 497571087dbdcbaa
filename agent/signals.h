// What the agent does about signals: SIGTERM and SIGINT call `stop` once, SIGUSR2 ends the process
// as a SIGKILL would, so that its next one goes on where it stopped, but not while the proxy's
// connections are nobody's but the vault's; SIGHUP is answered by a line. Used by the wiring in
// main.
#pragma once

#include <csignal>
#include <cstdlib>
#include <functional>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/spdlog.h>

namespace wslb::agent {

class Signals {
 public:
  // `may_leave`: no successor of the proxy is waited for.
  Signals(boost::asio::io_context& io, std::function<void()> stop, std::function<bool()> may_leave)
      : io_(io),
        signals_(io, SIGTERM, SIGINT, SIGHUP),
        stop_(std::move(stop)),
        may_leave_(std::move(may_leave)) {
    signals_.add(SIGUSR2);
    wait();
  }

  // Something has happened.
  void look_again() {
    if (leaves_) boost::asio::post(io_, [this] { leave(); });
  }

 private:
  void wait() {
    signals_.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      if (number == SIGUSR2) {
        leave();
      } else if (number == SIGHUP) {
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
  void leave() {
    leaves_ = true;
    if (!may_leave_()) return;
    spdlog::info("SIGUSR2: leaving the VIPs to the next process of the agent");
    spdlog::default_logger()->flush();
    std::_Exit(0);
  }

  boost::asio::io_context& io_;
  boost::asio::signal_set signals_;
  std::function<void()> stop_;
  std::function<bool()> may_leave_;
  bool leaves_ = false;
};

}  // namespace wslb::agent
