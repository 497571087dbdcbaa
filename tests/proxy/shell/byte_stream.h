// TCP connections over loopback and streams of which every byte is known.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wslb::proxy {

// Two ends of a TCP connection over loopback: the one that connected, which blocks, and the other.
inline std::pair<int, int> connected_pair() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  EXPECT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), length), 0);
  EXPECT_EQ(::listen(listener, 1), 0);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  const int near = ::socket(AF_INET, SOCK_STREAM, 0);
  EXPECT_EQ(::connect(near, reinterpret_cast<sockaddr*>(&address), length), 0);
  const int far = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
  ::close(listener);
  return {near, far};
}

// Byte n of a stream, different for each seed, so that a lost, repeated or swapped byte shows.
inline char pattern(std::uint64_t n, std::uint64_t seed) {
  const std::uint64_t mixed = (n / 7 + seed) * 0x9e3779b97f4a7c15U;
  return static_cast<char>(mixed >> 56U ^ n);
}

inline void send_pattern(int fd, std::uint64_t bytes, std::uint64_t seed) {
  std::array<char, 30000> block;
  for (std::uint64_t sent = 0; sent < bytes;) {
    const std::size_t size = std::min<std::uint64_t>(block.size(), bytes - sent);
    for (std::size_t i = 0; i < size; ++i) block[i] = pattern(sent + i, seed);
    const ssize_t count = ::send(fd, block.data(), size, MSG_NOSIGNAL);
    if (count <= 0) return;  // cut off; the receiver's count tells how far it came
    sent += static_cast<std::uint64_t>(count);
  }
  ::shutdown(fd, SHUT_WR);
}

// The number of bytes until the end of the stream; -1 if one of them was wrong.
inline std::int64_t receive_pattern(int fd, std::uint64_t seed,
                                    std::chrono::milliseconds pause = {}) {
  std::array<char, 30000> block;
  std::uint64_t received = 0;
  for (;;) {
    std::this_thread::sleep_for(pause);
    const ssize_t count = ::recv(fd, block.data(), block.size(), 0);
    if (count <= 0) return count == 0 ? static_cast<std::int64_t>(received) : -1;
    for (ssize_t i = 0; i < count; ++i) {
      if (block[static_cast<std::size_t>(i)] != pattern(received++, seed)) return -1;
    }
  }
}

}  // namespace wslb::proxy
