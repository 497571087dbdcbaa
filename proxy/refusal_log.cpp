#include "proxy/refusal_log.h"

#include <string>

#include "proxy/access_log.h"
#include "proxy/http/log_date.h"

namespace wslb::proxy {

void log_refusal(Service& service, const Frontend& frontend, const ClientConnection& client,
                 std::string_view reason) {
  constexpr int kSeverityInfo = 6;  // as HAProxy's
  const config::Bind& bind = *client.bind;
  const std::string line =
      client.address.address.to_string() + ":" + std::to_string(client.address.port) + " [" +
      http::date_with_milliseconds(log_time(client.accepted)) + "] " + frontend.section.name + "/" +
      (bind.name.empty() ? std::to_string(bind.index) : bind.name) + ": ";
  send_to_logs(service, frontend.section, kSeverityInfo, line + std::string(reason));
}

}  // namespace wslb::proxy
