// The one thing that the agent reads from strangers at `status-bind`: an HTTP request of which only
// the first line counts. Strict and bounded: GET or HEAD, a path of few bytes, HTTP/1; whatever
// follows is not looked at. Pure; fuzzed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wslb::agent {

// Of the head, the line that counts included. Browsers send cookies and the like.
inline constexpr std::size_t kWebHeadBytesMax = 8192;
inline constexpr std::size_t kWebPathBytesMax = 128;

struct WebRequest {
  enum class Verdict : std::uint8_t {
    Incomplete,  // more is needed
    Good,        // `path` and `head_only` hold
    Malformed,   // no HTTP/1 request: 400
    BadMethod,   // 405
    TooLong,     // 414 or 431
  };
  Verdict verdict = Verdict::Incomplete;
  std::string path{};      // without its query
  bool head_only = false;  // HEAD
};

// `bytes`: all that has come so far.
[[nodiscard]] WebRequest read_web_request(std::string_view bytes);

}  // namespace wslb::agent
