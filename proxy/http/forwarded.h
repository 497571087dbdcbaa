// `option forwardfor` and `option originalto`: tell the server the client's address and the one it
// connected to. Always a new field line behind those that the client may have sent, so the last
// line is the one that can be trusted.
#pragma once

#include "base/ip_address.h"
#include "config/proxy_section.h"
#include "proxy/http/request.h"

namespace wslb::proxy::http {

// After replace_hop_by_hop(), or the client's Connection could remove them. Where both sections
// have a rule its header is the backend's, and the exceptions of both count.
void add_forwarded(RequestHead& head, const config::ProxyOptions& frontend,
                   const config::ProxyOptions& backend, const base::IpAddress& client,
                   const base::IpAddress& destination);

}  // namespace wslb::proxy::http
