// What the clients and the backend of the relay benchmark have in common: connections in an epoll
// loop on 127.0.0.1.
#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wslb::bench {

using Clock = std::chrono::steady_clock;

[[noreturn]] inline void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

inline sockaddr_in local(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

inline void send_all(int fd, std::string_view data) {
  while (!data.empty()) {
    const ssize_t count = ::send(fd, data.data(), data.size(), MSG_NOSIGNAL);
    if (count > 0) data.remove_prefix(static_cast<std::size_t>(count));
    if (count < 0 && errno != EAGAIN && errno != EINTR) return;
  }
}

inline void set_up(int fd) {
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
}

struct Connection {
  int fd = -1;
  bool upgraded = false;
  std::string input;        // of a head that is not complete
  std::size_t missing = 0;  // bytes of the message under way
  Clock::time_point sent_at;
};

class Loop {
 public:
  Loop() : epoll_(::epoll_create1(0)) {}

  void watch(Connection& connection) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &connection;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event) != 0) fail("epoll_ctl");
  }

  template <typename Ready>
  void run_once(int timeout_ms, Ready ready) {
    const int count =
        ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), timeout_ms);
    for (int i = 0; i < count; ++i) {
      ready(*static_cast<Connection*>(events_.at(static_cast<std::size_t>(i)).data.ptr));
    }
  }

 private:
  int epoll_;
  std::array<epoll_event, 512> events_{};
};

}  // namespace wslb::bench
