#include "proxy/process_state.h"

#include <array>
#include <utility>

#include <unistd.h>

namespace wslb::proxy {
namespace {

std::string system_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace

ProcessState::ProcessState(std::uint32_t maxconn, SyslogSender sender)
    : syslog(std::move(sender)),
      gate(maxconn),
      configured_maxconn(maxconn),
      host_name(system_name()) {}

}  // namespace wslb::proxy
