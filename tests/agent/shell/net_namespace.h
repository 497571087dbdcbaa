// Network namespaces for tests: sockets belong to the one that the thread is in when they are made.
#pragma once

#include <string>

#include "agent/file_descriptor.h"

namespace wslb::agent {

class NetNamespace {
 public:
  // Makes a new namespace and moves this thread into it. Not ok(): that is not allowed here.
  NetNamespace();
  // Moves the thread back to where it was when this one was made.
  ~NetNamespace();
  NetNamespace(const NetNamespace&) = delete;
  NetNamespace& operator=(const NetNamespace&) = delete;

  [[nodiscard]] bool ok() const { return static_cast<bool>(self_); }
  void enter() const;
  // As the `netns` argument of the ip command.
  [[nodiscard]] std::string path() const;

 private:
  FileDescriptor outside_;
  FileDescriptor self_;
};

// Runs "ip ARGUMENTS" in the namespace that the thread is in; whether it went well.
[[nodiscard]] bool ip(const std::string& arguments);
// What it prints.
[[nodiscard]] std::string ip_output(const std::string& arguments);

}  // namespace wslb::agent
