// What both ends of the flow tests have in common: non-blocking connections in an epoll loop.
#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wslb::flow {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBlockMax = 65536;

[[noreturn]] inline void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

inline sockaddr_in address_of(const char* host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::inet_pton(AF_INET, host, &address.sin_addr) != 1)
    throw std::runtime_error("no IPv4 address");
  return address;
}

inline int open_socket() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return fd;
}

// Events are level-triggered; EPOLLOUT is asked for only where something waits to be sent.
class Poll {
 public:
  Poll() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

  void add(int fd, void* who, std::uint32_t events) const {
    control(EPOLL_CTL_ADD, fd, who, events);
  }
  void change(int fd, void* who, std::uint32_t events) const {
    control(EPOLL_CTL_MOD, fd, who, events);
  }

  template <typename Ready>
  void wait(int timeout_ms, Ready ready) {
    const int count =
        ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), timeout_ms);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events_.at(static_cast<std::size_t>(i));
      ready(event.data.ptr, event.events);
    }
  }

 private:
  void control(int what, int fd, void* who, std::uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.ptr = who;
    if (::epoll_ctl(epoll_, what, fd, &event) != 0) fail("epoll_ctl");
  }

  int epoll_;
  std::array<epoll_event, 512> events_{};
};

}  // namespace wslb::flow
