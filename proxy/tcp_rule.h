// Evaluates `tcp-request connection` and `content` rules: the first that holds decides, and who is
// not named is accepted.
#pragma once

#include <vector>

#include <boost/asio/awaitable.hpp>

#include "config/rule.h"
#include "proxy/connection.h"
#include "proxy/http/transaction.h"
#include "proxy/service.h"

namespace wslb::proxy {

[[nodiscard]] config::TcpRule::Action judge(const std::vector<config::TcpRule>& rules,
                                            const http::Transaction& transaction);

// Of a connection that has just been accepted. False: it is to be closed; a silent drop resets it.
[[nodiscard]] bool admits(const Service& service, const Frontend& frontend,
                          ClientConnection& client);

// In TCP mode: waits for what the content rules want to see, at most `inspect-delay`, and tells
// whether the connection may go on.
boost::asio::awaitable<bool> inspect(const Service& service, const Frontend& frontend,
                                     ClientConnection& client, StickCounters& counters);

// What is known of a connection in TCP mode; `content` is a view of its input.
[[nodiscard]] http::Transaction about(ClientConnection& client, const http::LiveState& live,
                                      StickCounters& counters);

}  // namespace wslb::proxy
