#include "proxy/http/forwarded.h"

namespace wslb::proxy::http {

void add_forwarded_for(RequestHead& head, const config::ForwardFor& option,
                       const base::IpAddress& client) {
  head.fields.add(option.header, client.to_string());
}

}  // namespace wslb::proxy::http
