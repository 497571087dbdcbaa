#include "proxy/process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

namespace wslb::proxy {

std::uint64_t raise_open_files_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

std::uint32_t maxconn_for(std::uint64_t open_files) {
  constexpr std::uint64_t kOwnDescriptors = 64;  // listeners, checks, epoll, logs
  const std::uint64_t pairs = (std::max(open_files, kOwnDescriptors + 2) - kOwnDescriptors) / 2;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(pairs, std::numeric_limits<std::uint32_t>::max()));
}

std::uint32_t maxconn_of(const config::Global& global) {
  const std::uint32_t possible = maxconn_for(raise_open_files_limit());
  if (global.maxconn > possible) {
    spdlog::warn(
        "global maxconn {} needs {} open files, but the limit allows maxconn {}; raise "
        "the limit (LimitNOFILE=) or lower maxconn",
        global.maxconn, 2ULL * global.maxconn, possible);
  }
  return global.maxconn > 0 ? global.maxconn : possible;
}

void hold_reloads() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void take_reloads() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGHUP);
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

void go_to_background() {
  if (::daemon(/*nochdir=*/1, /*noclose=*/0) != 0) {
    std::fprintf(stderr, "cannot go to the background: %s\n", std::strerror(errno));
    std::exit(1);
  }
}

base::Result<void> write_pidfile(const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "we"), &std::fclose);
  if (!file || std::fprintf(file.get(), "%d\n", ::getpid()) < 0) {
    return base::Error{"cannot write the pid file " + path + ": " + std::strerror(errno)};
  }
  return {};
}

}  // namespace wslb::proxy
