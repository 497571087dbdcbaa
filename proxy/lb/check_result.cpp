#include "proxy/lb/check_result.h"

#include <chrono>
#include <cstddef>
#include <string_view>

namespace wslb::proxy::lb {
namespace {

constexpr std::size_t kInfoBytesMax = 127;

// What a log line may not hold is shown as <0A>.
std::string printable(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string result;
  for (const char c : text.substr(0, kInfoBytesMax)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 32 && byte < 127 && c != '"') {
      result += c;
    } else {
      result += '<';
      result += kDigits[byte >> 4U];
      result += kDigits[byte & 15U];
      result += '>';
    }
  }
  return result;
}

}  // namespace

std::string_view short_name(config::CheckStatus status) {
  using config::CheckStatus;
  switch (status) {
    case CheckStatus::Checked:
      return "CHECKED";
    case CheckStatus::Observed:
      return "HANA";
    case CheckStatus::SocketError:
      return "SOCKERR";
    case CheckStatus::L4Ok:
      return "L4OK";
    case CheckStatus::L4Timeout:
      return "L4TOUT";
    case CheckStatus::L4Connection:
      return "L4CON";
    case CheckStatus::L6Ok:
      return "L6OK";
    case CheckStatus::L6Timeout:
      return "L6TOUT";
    case CheckStatus::L6Response:
      return "L6RSP";
    case CheckStatus::L7Timeout:
      return "L7TOUT";
    case CheckStatus::L7Response:
      return "L7RSP";
    case CheckStatus::L7Ok:
      return "L7OK";
    case CheckStatus::L7OkConditionally:
      return "L7OKC";
    case CheckStatus::L7Status:
      return "L7STS";
  }
  return {};
}

std::string_view description(config::CheckStatus status) {
  using config::CheckStatus;
  switch (status) {
    case CheckStatus::Checked:
      return "No status change";
    case CheckStatus::Observed:
      return "Health analyze";
    case CheckStatus::SocketError:
      return "Socket error";
    case CheckStatus::L4Ok:
      return "Layer4 check passed";
    case CheckStatus::L4Timeout:
      return "Layer4 timeout";
    case CheckStatus::L4Connection:
      return "Layer4 connection problem";
    case CheckStatus::L6Ok:
      return "Layer6 check passed";
    case CheckStatus::L6Timeout:
      return "Layer6 timeout";
    case CheckStatus::L6Response:
      return "Layer6 invalid response";
    case CheckStatus::L7Timeout:
      return "Layer7 timeout";
    case CheckStatus::L7Response:
      return "Layer7 invalid response";
    case CheckStatus::L7Ok:
      return "Layer7 check passed";
    case CheckStatus::L7OkConditionally:
      return "Layer7 check conditionally passed";
    case CheckStatus::L7Status:
      return "Layer7 wrong status";
  }
  return {};
}

bool has_code(config::CheckStatus status) {
  return status == config::CheckStatus::L7Ok || status == config::CheckStatus::L7OkConditionally ||
         status == config::CheckStatus::L7Status;
}

std::string CheckResult::to_text() const {
  std::string text = ", reason: " + std::string(description(status));
  if (has_code(status)) text += ", code: " + std::to_string(code);
  // As HAProxy, whose texts end at a NUL.
  const std::string_view shown = std::string_view(info).substr(0, info.find('\0'));
  if (!shown.empty()) text += ", info: \"" + printable(shown) + "\"";
  if (duration) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(*duration);
    text += ", check duration: " + std::to_string(milliseconds.count()) + "ms";
  }
  return text;
}

}  // namespace wslb::proxy::lb
