#include "proxy/listening_socket.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <limits>
#include <optional>
#include <string>

#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/socket_address.h"

namespace wslb::proxy {
namespace {

std::string name_of_bind(const config::Bind& bind) {
  if (bind.unix_path.empty()) return bind.endpoint.to_string();
  return (bind.abstract ? "abns@" : "unix@") + bind.unix_path;
}

base::Error bind_failure(const config::Bind& bind, const std::string& what) {
  std::string advice;
  if (errno == EADDRINUSE) advice = "; another process listens there";
  if (errno == EACCES) advice = "; ports below 1024 need CAP_NET_BIND_SERVICE";
  return {bind.where.file + ":" + std::to_string(bind.where.line) + ": cannot " + what + " " +
          name_of_bind(bind) + ": " + std::strerror(errno) + advice};
}

void set_option(int fd, int level, int name, int value = 1) {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

int length_of_queue(std::uint32_t backlog) {
  const auto limit = static_cast<std::uint32_t>(std::numeric_limits<int>::max());
  return static_cast<int>(std::min(backlog, limit));
}

// Connections inherit them. Off as well, where another configuration had them on.
void set_tcp_options(int fd, const config::Bind& bind) {
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(
      bind.tcp_user_timeout.value_or(base::Duration(0)));
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(limit.count()));
  set_option(fd, IPPROTO_TCP, TCP_NODELAY);  // those that are accepted inherit it
  set_option(fd, SOL_SOCKET, SO_OOBINLINE);  // urgent data are data; see custody.h
  set_option(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, bind.defer_accept ? 60 : 0);
}

// Those that only have an effect before bind() or listen(). False, with errno: the interface.
bool prepare_socket(int fd, const config::Bind& bind) {
  if (!bind.unix_path.empty()) return true;
  set_option(fd, SOL_SOCKET, SO_REUSEADDR);
  if (bind.endpoint.address.is_v4()) {
    set_option(fd, IPPROTO_IP, IP_FREEBIND);
  } else {
    set_option(fd, IPPROTO_IPV6, IPV6_FREEBIND);
    set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, bind.v6only ? 1 : 0);
  }
  set_tcp_options(fd, bind);
  return bind.interface.empty() ||
         ::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, bind.interface.c_str(),
                      static_cast<socklen_t>(bind.interface.size())) == 0;
}

// A number, or what the system's table says of the name. Nothing where it has no such name.
std::optional<unsigned> user_id(const std::string& name) {
  unsigned id = 0;
  const char* end = name.data() + name.size();
  if (const auto [stop, error] = std::from_chars(name.data(), end, id);
      error == std::errc() && stop == end) {
    return id;
  }
  const passwd* const entry = ::getpwnam(name.c_str());
  return entry == nullptr ? std::nullopt : std::optional<unsigned>(entry->pw_uid);
}

std::optional<unsigned> group_id(const std::string& name) {
  unsigned id = 0;
  const char* end = name.data() + name.size();
  if (const auto [stop, error] = std::from_chars(name.data(), end, id);
      error == std::errc() && stop == end) {
    return id;
  }
  const group* const entry = ::getgrnam(name.c_str());
  return entry == nullptr ? std::nullopt : std::optional<unsigned>(entry->gr_gid);
}

// Owner and rights of a unix socket. False, with errno.
bool give_away(const config::Bind& bind) {
  if (bind.unix_path.empty() || bind.abstract) return true;
  constexpr unsigned kUnchanged = ~0U;
  const auto user = bind.unix_user.empty() ? kUnchanged : user_id(bind.unix_user);
  const auto group = bind.unix_group.empty() ? kUnchanged : group_id(bind.unix_group);
  if (!user || !group) {
    errno = EINVAL;
    return false;
  }
  const bool owned = (*user == kUnchanged && *group == kUnchanged) ||
                     ::chown(bind.unix_path.c_str(), *user, *group) == 0;
  return owned && (!bind.unix_mode || ::chmod(bind.unix_path.c_str(), *bind.unix_mode) == 0);
}

base::Result<int> take_inherited(const config::Bind& bind) {
  int listening = 0;
  socklen_t length = sizeof listening;
  ::getsockopt(*bind.inherited_fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length);
  if (listening == 0) {
    return base::Error{bind.where.file + ":" + std::to_string(bind.where.line) + ": fd@" +
                       std::to_string(*bind.inherited_fd) + " is no listening socket"};
  }
  const int flags = ::fcntl(*bind.inherited_fd, F_GETFL);
  if (flags < 0 || ::fcntl(*bind.inherited_fd, F_SETFL, flags | O_NONBLOCK) < 0) {
    return bind_failure(bind, "use fd@" + std::to_string(*bind.inherited_fd) + " for");
  }
  return *bind.inherited_fd;
}

}  // namespace

base::Result<int> open_listening_socket(const config::Bind& bind, std::uint32_t backlog) {
  if (bind.inherited_fd) return take_inherited(bind);
  const SocketAddress address = bind.unix_path.empty()
                                    ? SocketAddress(bind.endpoint)
                                    : SocketAddress(bind.unix_path, bind.abstract);
  const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return bind_failure(bind, "open a socket for");
  // One that a proxy before us left behind; what is no socket stays, and bind() says so.
  struct stat status {};
  const bool stale = !bind.unix_path.empty() && !bind.abstract &&
                     ::stat(bind.unix_path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
  if (stale) ::unlink(bind.unix_path.c_str());
  const char* step = "use the interface of";
  bool good = prepare_socket(fd, bind);
  if (good) {
    step = "bind";
    good = ::bind(fd, address.data(), address.size()) == 0;
  }
  if (good) {
    step = "give the rights of";
    good = give_away(bind);
  }
  if (good) {
    step = "listen on";
    good = ::listen(fd, length_of_queue(backlog)) == 0;
  }
  if (good) return fd;
  base::Error reason = bind_failure(bind, step);
  ::close(fd);
  return reason;
}

void adjust_listening_socket(int fd, const config::Bind& bind, std::uint32_t backlog) {
  if (bind.unix_path.empty()) set_tcp_options(fd, bind);
  if (!give_away(bind)) spdlog::warn("{}", bind_failure(bind, "give the rights of").message);
  ::listen(fd, length_of_queue(backlog));
}

}  // namespace wslb::proxy
