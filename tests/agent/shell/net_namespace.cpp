#include "tests/agent/shell/net_namespace.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

namespace wslb::agent {
namespace {

FileDescriptor current_namespace() {
  return FileDescriptor(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
}

}  // namespace

NetNamespace::NetNamespace() : outside_(current_namespace()) {
  if (::unshare(CLONE_NEWNET) == 0) self_ = current_namespace();
}

NetNamespace::~NetNamespace() {
  std::ignore = ::setns(outside_.get(), CLONE_NEWNET);
}

void NetNamespace::enter() const {
  std::ignore = ::setns(self_.get(), CLONE_NEWNET);
}

std::string NetNamespace::path() const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(self_.get());
}

bool ip(const std::string& arguments) {
  return std::system(("ip " + arguments).c_str()) == 0;
}

std::string ip_output(const std::string& arguments) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(("ip " + arguments).c_str(), "re"),
                                                   &::pclose);
  std::array<char, 4096> chunk;
  std::string output;
  while (std::fgets(chunk.data(), chunk.size(), pipe.get()) != nullptr) output += chunk.data();
  return output;
}

}  // namespace wslb::agent
