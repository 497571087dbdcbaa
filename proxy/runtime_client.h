// A client of a stats socket. One line a connection, unless `prompt` made it interactive; a client
// that has closed its sending side is answered all the same. The length of a line and the time that
// a line or the reading of an answer may take are bounded.
#pragma once

#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "base/time.h"
#include "config/stats_socket.h"
#include "proxy/command_line.h"
#include "proxy/runtime_commands.h"
#include "proxy/stream.h"

namespace wslb::proxy {

class RuntimeClient {
 public:
  // Takes over the socket. `timeout`: between two lines.
  RuntimeClient(boost::asio::io_context& loop, int fd, config::StatsSocket::Level level,
                base::Duration timeout, RuntimeContext& context);

  boost::asio::awaitable<void> run();

 private:
  boost::asio::awaitable<std::optional<std::string>> read_line();
  boost::asio::awaitable<void> run_line(const std::string& line);
  boost::asio::awaitable<std::string> answer(const CommandWords& words);
  // Of the connection itself; nothing: it is none of these.
  std::optional<std::string> own_command(const CommandWords& words);
  std::string lower_level(config::StatsSocket::Level level);
  std::string set_timeout(const CommandWords& words);
  boost::asio::awaitable<void> write(const std::string& text);

  Stream stream_;
  config::StatsSocket::Level level_;
  base::Duration timeout_;
  RuntimeContext& context_;
  std::string received_;
  bool interactive_ = false;
  bool ended_ = false;
};

}  // namespace wslb::proxy
