// `option forwardfor`: tells the server the client's address. Always a new field line behind those
// that the client may have sent, so the last line is the one that can be trusted.
#pragma once

#include "base/ip_address.h"
#include "config/proxy_section.h"
#include "proxy/http/request.h"

namespace wslb::proxy::http {

// After replace_hop_by_hop(), or the client's Connection could remove it.
void add_forwarded_for(RequestHead& head, const config::ForwardFor& option,
                       const base::IpAddress& client);

}  // namespace wslb::proxy::http
