// `resolvers NAME`: the name servers that the proxy asks, while it runs, for the addresses of
// servers that are named by host.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "base/time.h"
#include "config/diagnostic.h"

namespace wslb::config {

// `nameserver NAME ADDRESS[:PORT]`.
struct NameServer {
  std::string name;
  base::Endpoint address;
  bool tcp = false;  // `tcp@ADDRESS`; over UDP a truncated answer is asked for again by TCP
  Location where;
};

// `hold STATUS PERIOD`: for so long after the last good answer a bad one changes nothing.
struct Hold {
  base::Duration nx = std::chrono::seconds(30);
  base::Duration refused = std::chrono::seconds(30);
  base::Duration timeout = std::chrono::seconds(30);
  base::Duration other = std::chrono::seconds(30);
  base::Duration obsolete{0};  // an address that is no longer in the answers goes on counting
};

struct ResolversSection {
  std::string name;
  std::vector<NameServer> servers;
  std::uint16_t payload = 512;  // `accepted_payload_size`: 512 .. 65535 bytes, told by EDNS
  int retries = 3;              // `resolve_retries`: 1 or more
  base::Duration interval = std::chrono::seconds(1);       // `timeout resolve`
  base::Duration retry_timeout = std::chrono::seconds(1);  // `timeout retry`
  Hold hold;
  Location where;
};

}  // namespace wslb::config
