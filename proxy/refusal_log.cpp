#include "proxy/refusal_log.h"

#include <array>
#include <chrono>
#include <ctime>
#include <string>

#include "proxy/access_log.h"

namespace wslb::proxy {
namespace {

// As log lines write it: 06/Feb/2009:12:14:14.655
std::string refusal_date(std::chrono::system_clock::time_point when) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm local{};
  localtime_r(&seconds, &local);
  std::array<char, 64> text;
  const auto length = std::strftime(text.data(), text.size(), "%d/%b/%Y:%H:%M:%S.", &local);
  const auto since = when - std::chrono::system_clock::from_time_t(seconds);
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
  return std::string(text.data(), length) + std::to_string(1000 + milliseconds).substr(1);
}

}  // namespace

void log_refusal(Service& service, const Frontend& frontend, const ClientConnection& client,
                 std::string_view reason) {
  constexpr int kSeverityInfo = 6;  // as HAProxy's
  const config::Bind& bind = *client.bind;
  const std::string line = client.address.address.to_string() + ":" +
                           std::to_string(client.address.port) + " [" +
                           refusal_date(client.accepted) + "] " + frontend.section.name + "/" +
                           (bind.name.empty() ? std::to_string(bind.index) : bind.name) + ": ";
  send_to_logs(service.syslog, frontend.section.logs, kSeverityInfo, line + std::string(reason));
}

}  // namespace wslb::proxy
