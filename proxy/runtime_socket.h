// A `stats socket`: accepts operators and scripts on the first worker's loop and serves each as a
// RuntimeClient does. While `stats maxconn` of them are connected the next ones wait.
#pragma once

#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "config/config.h"
#include "proxy/runtime_commands.h"
#include "proxy/worker.h"

namespace wslb::proxy {

class RuntimeSocket {
 public:
  // `fd` listens.
  RuntimeSocket(const config::Global& global, config::StatsSocket::Level level, int fd,
                RuntimeContext& context, Worker& worker);

 private:
  void wait();
  void accept_one();
  boost::asio::awaitable<void> serve(int fd);

  const base::Duration timeout_;
  const int clients_max_;
  config::StatsSocket::Level level_;
  Worker& worker_;
  boost::asio::posix::stream_descriptor listening_;
  RuntimeContext& context_;
  int clients_ = 0;
};

}  // namespace wslb::proxy
