// Asks a URL again and again: an HTTP GET that is answered by 2xx or 3xx within `inter` is a
// success; `fall` failures in a row are down, `rise` successes in a row are up. One question at a
// time, on a connection of its own; of the answer only the status is read.
// Used by ExternalProxy and Tracking.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "config/cluster.h"

namespace wslb::agent {

class UrlProbe {
 public:
  struct Handlers {
    // The first verdict and every change of it. `reason` when down: "http://... has not answered
    // 2 times".
    std::function<void(bool up, const std::string& reason)> on_change;
    // After each answer or failure, whatever it changed.
    std::function<void()> on_result = [] {};
  };

  UrlProbe(boost::asio::io_context& io, config::UrlCheck check, Handlers handlers);
  ~UrlProbe();
  UrlProbe(const UrlProbe&) = delete;
  UrlProbe& operator=(const UrlProbe&) = delete;

  void start();
  // Asks now, whatever is under way; one failure is enough to be down.
  void doubt();
  // There is no reason to doubt any more.
  void believe() { doubted_ = false; }

  [[nodiscard]] std::optional<bool> up() const { return up_; }  // nullopt: no verdict yet

 private:
  struct Question;

  void ask();
  void conclude(const std::shared_ptr<Question>& question, bool good, const std::string& what);
  void count(bool good, const std::string& what);
  void wait_for_next(std::chrono::steady_clock::time_point asked);

  static void connect(UrlProbe& probe, const std::shared_ptr<Question>& question);
  static void send(UrlProbe& probe, const std::shared_ptr<Question>& question);
  static void read(UrlProbe& probe, const std::shared_ptr<Question>& question);

  boost::asio::io_context& io_;
  config::UrlCheck check_;
  Handlers handlers_;
  std::string request_;
  boost::asio::steady_timer timer_;     // of the next question
  std::shared_ptr<Question> question_;  // the one under way; null: none
  std::optional<bool> up_;
  bool doubted_ = false;
  int successes_ = 0;  // in a row
  int failures_ = 0;
};

}  // namespace wslb::agent
