// Reads the configuration again while the proxy serves: on a thread of its own, since it may take
// long. One at a time; whoever asks meanwhile is served by one more afterwards.
#pragma once

#include <functional>
#include <thread>

#include <boost/asio/any_io_executor.hpp>

#include "proxy/configuration_reader.h"

namespace wslb::proxy {

class Reload {
 public:
  using OnRead = std::function<void(ReadConfiguration)>;  // on the executor

  Reload(boost::asio::any_io_executor executor, ConfigurationSource source, OnRead on_read)
      : executor_(std::move(executor)), source_(std::move(source)), on_read_(std::move(on_read)) {}

  // On the executor.
  void start();

 private:
  void finish(ReadConfiguration read);

  boost::asio::any_io_executor executor_;
  const ConfigurationSource source_;
  OnRead on_read_;
  std::jthread reader_;
  bool reading_ = false;
  bool again_ = false;
};

}  // namespace wslb::proxy
