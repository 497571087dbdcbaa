// Turns the record of a request into a log line and sends it to the section's `log` targets; and
// what else goes to them.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/ip_address.h"
#include "config/proxy_section.h"
#include "proxy/http/log_facts.h"
#include "proxy/request_record.h"
#include "proxy/service.h"

namespace wslb::proxy {

// In the host's time zone.
http::LogTime log_time(std::chrono::system_clock::time_point when);

// What a log-format can show now. Views into the record, the section and the service.
http::LogFacts log_facts(Service& service, const Frontend& frontend, const base::Endpoint& client,
                         RequestRecord& record);

// At the end of a request, once its server's slot was given back; or, by `option logasap`, when the
// response begins. A record is written once.
enum class LogMoment : bool { Early, End };
void write_access_log(Service& service, Frontend& frontend, const base::Endpoint& client,
                      RequestRecord& record, LogMoment moment = LogMoment::End);

// One line to each of the section's targets that wants this severity (0 emerg .. 7 debug).
void send_to_logs(Service& service, const config::ProxySection& section, int severity,
                  std::string_view line);

}  // namespace wslb::proxy
