#include "agent/status_line.h"

namespace wslb::agent {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::optional<int> parse_status(std::string_view answer) {
  constexpr std::string_view kProtocol = "HTTP/1.";
  constexpr std::size_t kCodeAt = 9;
  if (answer.size() < kStatusLineBytes || !answer.starts_with(kProtocol)) return std::nullopt;
  if (!is_digit(answer[kProtocol.size()]) || answer[kCodeAt - 1] != ' ') return std::nullopt;
  int code = 0;
  for (const char c : answer.substr(kCodeAt, 3)) {
    if (!is_digit(c)) return std::nullopt;
    code = code * 10 + (c - '0');
  }
  const char behind = answer[kStatusLineBytes - 1];
  if (code < 100 || (behind != ' ' && behind != '\r' && behind != '\n')) return std::nullopt;
  return code;
}

}  // namespace wslb::agent
