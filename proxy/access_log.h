// Turns the record of a finished request into HAProxy's log line and sends it to the section's
// `log` targets.
#pragma once

#include "base/ip_address.h"
#include "proxy/request_record.h"
#include "proxy/service.h"

namespace wslb::proxy {

void write_access_log(Service& service, const Frontend& frontend, const base::Endpoint& client,
                      const RequestRecord& record);

}  // namespace wslb::proxy
