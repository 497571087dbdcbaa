// Turns the record of a finished request into HAProxy's log line and sends it to the section's
// `log` targets; and what else goes to them.
#pragma once

#include <string>
#include <vector>

#include "base/ip_address.h"
#include "proxy/request_record.h"
#include "proxy/service.h"

namespace wslb::proxy {

void write_access_log(Service& service, const Frontend& frontend, const base::Endpoint& client,
                      const RequestRecord& record);

// One line to each target that wants this severity (0 emerg .. 7 debug).
void send_to_logs(SyslogSender& syslog, const std::vector<config::LogTarget>& targets, int severity,
                  const std::string& line);

}  // namespace wslb::proxy
