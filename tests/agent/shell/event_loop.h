// Runs an io_context until something has happened, for tests of the shell.
#pragma once

#include <chrono>

#include <boost/asio/io_context.hpp>

namespace wslb::agent {

// False: it did not happen in time.
template <typename Done>
bool run_until(boost::asio::io_context& io, Done done,
               std::chrono::milliseconds limit = std::chrono::seconds(5)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!done() && std::chrono::steady_clock::now() < end) {
    io.restart();
    io.run_one_for(std::chrono::milliseconds(10));
  }
  return done();
}

}  // namespace wslb::agent
