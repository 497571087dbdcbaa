// `tcp-check send` and `tcp-check send-binary`.
#include <string>

#include "config/check_lines.h"

namespace wslb::config {
namespace {

// A whole one has to fit into HAProxy's buffer.
constexpr std::size_t kSendBytesMax = 16 * 1024 - 1;

std::optional<unsigned> digit_of(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> parse_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = digit_of(text[i]);
    const auto low = digit_of(text[i + 1]);
    if (!high || !low) return std::nullopt;
    bytes += static_cast<char>(*high * 16 + *low);
  }
  return bytes;
}

std::optional<CheckStep> parse_tcp_send(const Statement& statement, bool binary) {
  CheckStep step;
  CheckSend send;
  send.bytes = statement[0];
  if (statement.size() > 1) {
    if (!statement.is(1, "comment") || statement.size() != 3) {
      statement.error("expects 'comment TEXT' after what is sent");
      return std::nullopt;
    }
    step.comment = statement[2];
  }
  if (binary) {
    auto bytes = parse_hex(statement[0]);
    if (!bytes) {
      statement.error("expects an even number of hexadecimal digits, not '" + statement[0] + "'");
      return std::nullopt;
    }
    send.bytes = std::move(*bytes);
  }
  if (send.bytes.empty() || send.bytes.size() > kSendBytesMax) {
    statement.error("expects 1 to " + std::to_string(kSendBytesMax) + " bytes");
    return std::nullopt;
  }
  step.action = std::move(send);
  return step;
}

}  // namespace wslb::config
