// The last malformed request and response of each proxy, for `show errors`: what an operator looks
// at when a client or a server is refused. Bounded: one of each kind and proxy, cut to kBytesMax.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/ip_address.h"

namespace wslb::proxy {

struct ErrorCapture {
  enum class Kind : std::uint8_t { Request, Response };

  Kind kind = Kind::Request;
  std::string frontend{};
  std::string backend{};  // empty: none yet
  std::string server{};   // empty: none yet
  base::Endpoint client{};
  std::string_view reason{};  // static text
  std::string bytes{};        // received, the begin of them
  std::size_t length = 0;     // of all that was there

  std::chrono::system_clock::time_point when = std::chrono::system_clock::now();
  std::uint64_t number = 0;  // of all captures; set by note()
};

class ErrorCaptures {
 public:
  static constexpr std::size_t kBytesMax = 1024;

  void note(ErrorCapture capture, std::string_view received);

  // The answer of `show errors [PROXY] [request|response]`; empty words: all.
  [[nodiscard]] std::string report(const std::string& proxy, const std::string& kind) const;

 private:
  mutable std::mutex mutex_;
  std::uint64_t total_ = 0;
  std::map<std::pair<std::string, ErrorCapture::Kind>, ErrorCapture> last_;  // by proxy
};

}  // namespace wslb::proxy
