#include "agent/namespace_lock.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <sys/socket.h>
#include <sys/un.h>

namespace wslb::agent {

base::Result<FileDescriptor> lock_namespace() {
  constexpr std::string_view kName("\0wslb-agent", 11);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(kName, address.sun_path);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + kName.size());
  FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd && ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0) return fd;
  if (errno == EADDRINUSE) {
    return base::Error{
        "another wslb-agent runs on this host (in this network namespace); stop it first"};
  }
  return system_error("cannot take the lock @wslb-agent");
}

}  // namespace wslb::agent
