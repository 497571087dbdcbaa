// What the agent has asked its proxy and waits for: each question is answered once, by the proxy,
// by its going, or when it has taken too long. Used by ProxyLink.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/result.h"
#include "proto/proxy.pb.h"

namespace wslb::agent {

class ProxyQuestions {
 public:
  // Less than the patience of wslbctl, who shall hear why.
  static constexpr std::chrono::milliseconds kPatience{700};
  static constexpr std::size_t kOpenMax = 64;

  // The error is a line for the operator.
  using Answer = std::function<void(const base::Result<proto::TrafficAnswer>& answer)>;

  explicit ProxyQuestions(boost::asio::io_context& io) : io_(io) {}

  // Gives the question its number and remembers who wants to know. False: there are too many
  // already, and that is the answer.
  [[nodiscard]] bool add(proto::ProxyQuestion& question, Answer answer);
  void take(const proto::ProxyAnswer& answer);
  void refuse(std::uint64_t id, const std::string& reason);
  void refuse_all(const std::string& reason);

 private:
  struct Open {
    Answer answer;
    std::unique_ptr<boost::asio::steady_timer> patience;
  };

  boost::asio::io_context& io_;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, Open> open_;
};

}  // namespace wslb::agent
