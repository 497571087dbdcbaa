// Opens the sockets of the bind lines. Both hosts of a pair listen on the VIP all the time, also
// while it is on the other host (IP_FREEBIND), so that a takeover needs nothing from the proxy.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "config/proxy_section.h"

namespace wslb::proxy {

// A listening, non-blocking descriptor. `fd@N` is taken as it is.
[[nodiscard]] base::Result<int> open_listening_socket(const config::Bind& bind,
                                                      std::uint32_t backlog);

// Gives one that listens already what may have changed besides the address.
void adjust_listening_socket(int fd, const config::Bind& bind, std::uint32_t backlog);

}  // namespace wslb::proxy
