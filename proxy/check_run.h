// One health check from its connect to its verdict: the steps of the section's script, over as many
// connections as it asks for. Used by HealthChecker, anew for each check.
//
// Time limits are HAProxy's: without `timeout check` a connection and all that is said on it may
// take `inter`; with it, connecting may take the smaller of `timeout connect` and `inter`, and the
// rest `timeout check` more.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/time.h"
#include "config/proxy_section.h"
#include "proxy/http/check_answer.h"
#include "proxy/lb/check_result.h"
#include "proxy/stream.h"
#include "proxy/tls_store.h"

namespace wslb::proxy {

// What all checks of one server have in common.
struct CheckSetting {
  const config::Server& server;
  const config::HealthCheck& check;
  const config::Timeouts& timeouts;
  const TlsStore* tls = nullptr;
};

class CheckRun {
 public:
  // `accepts_404`: see http::CheckAnswer.
  CheckRun(const CheckSetting& setting, bool accepts_404)
      : setting_(setting), accepts_404_(accepts_404), answer_(setting.check.protocol) {}

  // Once.
  boost::asio::awaitable<lb::CheckResult> run();
  // Ends it with an error.
  void cancel();

 private:
  // What a step comes to: nothing, go on.
  using Failure = std::optional<lb::CheckResult>;

  boost::asio::awaitable<Failure> connect(const config::CheckStep& step);
  boost::asio::awaitable<Failure> introduce(const config::CheckStep& step);
  boost::asio::awaitable<Failure> send(const config::CheckStep& step);
  boost::asio::awaitable<Failure> expect(std::size_t first, std::size_t& last);
  boost::asio::awaitable<Failure> read(const config::CheckStep& step);
  [[nodiscard]] lb::CheckResult passed() const;
  [[nodiscard]] lb::CheckResult failed(const config::CheckStep& step, config::CheckStatus status,
                                       const IoResult& result) const;
  [[nodiscard]] config::Server target(const config::CheckConnect& connect) const;

  const CheckSetting setting_;
  const bool accepts_404_;
  http::CheckAnswer answer_;
  std::optional<Stream> stream_;
  base::TimePoint deadline_{};
  bool over_tls_ = false;
  bool must_read_ = true;  // what has come is no answer to what was sent last
  bool cancelled_ = false;
};

}  // namespace wslb::proxy
