// Answers what the agent asks about this proxy, and does what it orders, for an operator at
// wslbctl: the rows of `show stat`, the open tunnels, `set server`. One answer for each question,
// small enough for a packet. Used by Server, on the first worker's thread.
#pragma once

#include <functional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "proto/proxy.pb.h"
#include "proxy/runtime_commands.h"

namespace wslb::proxy {

class AgentQuestions {
 public:
  // Of an answer; whatever a name or a check's words may be, the packet stays below 64 KiB.
  static constexpr std::size_t kAnswerBytesMax = 48 * 1024;

  using Answer = std::function<void(const proto::ProxyAnswer& answer)>;

  AgentQuestions(boost::asio::any_io_executor executor, RuntimeContext& context)
      : executor_(std::move(executor)), context_(context) {}

  void take(const proto::ProxyQuestion& question, Answer answer);

 private:
  [[nodiscard]] boost::asio::awaitable<proto::ProxyAnswer> answer(proto::ProxyQuestion question);

  boost::asio::any_io_executor executor_;
  RuntimeContext& context_;
};

// HAProxy's `set server`. Empty: done; else why not.
[[nodiscard]] std::string obey_order(RuntimeContext& context, const proto::ServerOrder& order);

}  // namespace wslb::proxy
