// Where the sequence numbers of signed adverts begin: more than any that this node has sent, so
// that peers do not take its adverts for replayed ones, whatever became of the wall clock
// meanwhile. So the seconds in use are written down every ten seconds and at the end. Used by the
// wiring in main, where the cluster has a secret.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/result.h"

namespace wslb::agent {

class SequenceFile {
 public:
  static constexpr std::chrono::seconds kInterval{10};

  // `wall_seconds`: now, since 1970. What an agent that was killed used is in the file, but for
  // the last interval.
  SequenceFile(boost::asio::io_context& io, std::string path, std::uint32_t wall_seconds);

  [[nodiscard]] std::uint32_t first() const { return first_; }

  // Writes now and from then on. `newest`: of all adverts that were sent or heard, in seconds; a
  // peer whose clock is ahead drives ours.
  void start(std::function<std::uint32_t()> newest);
  // Writes the last time.
  void stop();

 private:
  void write();
  void wait();

  std::string path_;
  std::uint32_t first_;
  std::function<std::uint32_t()> newest_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  boost::asio::steady_timer timer_;
  bool failing_ = false;
};

}  // namespace wslb::agent
