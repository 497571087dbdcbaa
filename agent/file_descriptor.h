// A file descriptor that is closed when its owner goes, and the text of a failed system call. Used
// by the shell alone; descriptors that the event loop watches belong to Asio instead.
#pragma once

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "base/result.h"

namespace wslb::agent {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// "cannot open x: Permission denied", from errno as the failed call left it.
[[nodiscard]] inline base::Error system_error(std::string_view what) {
  const int code = errno;
  return {std::string(what) + ": " + std::strerror(code)};
}

}  // namespace wslb::agent
