#include "agent/unix_listener.h"

#include <algorithm>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace wslb::agent {
namespace {

constexpr int kBacklog = 16;
constexpr mode_t kAllPermissions = 0777;

}  // namespace

base::Result<FileDescriptor> listen_unix(const std::string& path, int type, mode_t mode) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return base::Error{"cannot listen at " + path + ": the path is too long for a Unix socket"};
  }
  std::ranges::copy(path, address.sun_path);
  FileDescriptor fd(::socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  ::unlink(path.c_str());
  const mode_t mask_before = ::umask(kAllPermissions & ~mode);
  const bool bound =
      fd && ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::listen(fd.get(), kBacklog) == 0;
  base::Error error = system_error("cannot listen at " + path);
  ::umask(mask_before);
  if (!bound) return error;
  return fd;
}

}  // namespace wslb::agent
