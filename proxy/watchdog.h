// A time limit on one direction of a socket. Arming is cheap, because sessions do it for every
// read and write: the timer behind it is only moved when it has to fire earlier, and looks up the
// true deadline when it fires. On expiry the socket's pending operations are cancelled.
//
// Used by Stream; one thread only.
#pragma once

#include <memory>

#include <boost/asio/ip/tcp.hpp>

#include "base/time.h"

namespace wslb::proxy {

class Watchdog {
 public:
  // `socket` must outlive this object.
  explicit Watchdog(boost::asio::ip::tcp::socket& socket);
  Watchdog(Watchdog&&) = delete;
  ~Watchdog();

  // Replaces any deadline set before. TimePoint::max() means none.
  void arm(base::TimePoint deadline);
  void disarm();

  // Whether the last armed deadline passed and cancelled the socket.
  [[nodiscard]] bool fired() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace wslb::proxy
