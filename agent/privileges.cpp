#include "agent/privileges.h"

#include <array>
#include <cstdint>
#include <string>

#include <linux/capability.h>
#include <sched.h>
#include <spdlog/spdlog.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/file_descriptor.h"

namespace wslb::agent {
namespace {

constexpr int kRealtimePriority = 50;

bool has_capability(unsigned number) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) return false;
  return (sets.at(number / 32).effective >> (number % 32) & 1U) != 0;
}

// With a limit, memory that is locked for ever would make some later allocation fail.
bool may_lock_memory() {
  rlimit limit{};
  return has_capability(CAP_IPC_LOCK) ||
         (::getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY);
}

// wslb-agent.service starts it so, and lets it change nothing of that.
bool is_realtime() {
  return (::sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) == SCHED_FIFO;
}

}  // namespace

base::Result<void> check_capabilities() {
  std::string missing;
  if (!has_capability(CAP_NET_ADMIN)) missing += " CAP_NET_ADMIN";
  if (!has_capability(CAP_NET_RAW)) missing += " CAP_NET_RAW";
  if (missing.empty()) return {};
  return base::Error{"missing capability:" + missing +
                     "; run wslb-agent as root or by wslb-agent.service"};
}

void drop_thread_capabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> rest{};
  if (has_capability(CAP_IPC_LOCK)) {
    rest[0].permitted = rest[0].effective = 1U << CAP_IPC_LOCK;
  }
  if (::syscall(SYS_capset, &header, rest.data()) == 0) return;
  spdlog::warn("{}", system_error("a thread keeps its capabilities").message);
}

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit raised{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
  if (limit.rlim_cur == raised.rlim_cur || ::setrlimit(RLIMIT_NOFILE, &raised) == 0) {
    return raised.rlim_cur;
  }
  spdlog::warn("{}", system_error("cannot raise the limit of open descriptors").message);
  return limit.rlim_cur;
}

void become_realtime() {
  const sched_param priority{.sched_priority = kRealtimePriority};
  // A proxy that the agent starts gets the ordinary priority again.
  if (!is_realtime() && ::sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &priority) != 0) {
    spdlog::warn(
        "{}: adverts may be late on a busy host; allow it with CPUSchedulingPolicy=fifo or "
        "LimitRTPRIO={}",
        system_error("no real-time priority").message, kRealtimePriority);
  }
  if (!may_lock_memory()) {
    spdlog::warn(
        "memory is not locked, adverts may be late on a host that swaps; allow it with "
        "LimitMEMLOCK=infinity");
  } else if (::mlockall(MCL_CURRENT | MCL_FUTURE) != 0) {
    spdlog::warn("{}", system_error("cannot lock memory").message);
  }
}

void become_ordinary() {
  const sched_param none{};
  // Lowering is always allowed, but not without the flag.
  ::sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &none);
}

}  // namespace wslb::agent
