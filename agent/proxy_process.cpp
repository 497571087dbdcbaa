#include "agent/proxy_process.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>

#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/child_process.h"
#include "agent/pidfd.h"
#include "agent/process_table.h"

namespace wslb::agent {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::steady_clock::duration kFirstPause = 50ms;  // after the immediate restart
constexpr std::chrono::steady_clock::duration kLongestPause = 1s;
// Its death is a new incident, and its connections wait for the next one.
constexpr std::chrono::steady_clock::duration kHealthyAge = 500ms;
constexpr std::chrono::steady_clock::duration kTermGrace = 5s;

using FilePtr = std::unique_ptr<FILE, int (*)(FILE*)>;

FilePtr open_file(const std::string& path, const char* mode) {
  return {std::fopen(path.c_str(), mode), &std::fclose};
}

std::string describe(const siginfo_t& info) {
  if (info.si_code != CLD_EXITED) return std::string("killed by ") + strsignal(info.si_status);
  return "exit status " + std::to_string(info.si_status);
}

}  // namespace

ProxyProcess::ProxyProcess(boost::asio::io_context& io, std::vector<std::string> command,
                           std::string pid_file)
    : io_(io), command_(std::move(command)), pid_file_(std::move(pid_file)), timer_(io) {}

void ProxyProcess::start() {
  if (!adopt()) spawn();
}

bool ProxyProcess::adopt() {
  const FilePtr file = open_file(pid_file_, "re");
  std::int32_t pid = 0;
  unsigned long long started = 0;
  if (!file || std::fscanf(file.get(), "%d %llu", &pid, &started) != 2 || pid <= 0) return false;
  FileDescriptor process(::pidfd_open(pid, 0));
  if (!process || start_time(pid) != started) return false;
  spdlog::info("proxy-command: going on with process {}", pid);
  started_ = Clock::now();
  if (follow(pid, std::move(process))) return true;
  ::kill(pid, SIGKILL);  // a second one would find its ports taken
  return false;
}

void ProxyProcess::spawn() {
  started_ = Clock::now();
  auto child = ChildProcess::start(command_, {});
  if (!child) {
    spdlog::error("proxy-command: {}", child.error().message);
    return on_death();
  }
  const std::int32_t pid = child->pid;
  if (!follow(pid, std::move(child->pidfd))) {
    ChildProcess::kill_and_reap(pid);
    return on_death();
  }
  if (const FilePtr file = open_file(pid_file_, "we")) {
    const auto ticks = static_cast<unsigned long long>(start_time(pid));
    std::fprintf(file.get(), "%d %llu\n", pid, ticks);
  }
  spdlog::info("proxy-command: started process {}", pid);
}

bool ProxyProcess::follow(std::int32_t pid, FileDescriptor process) {
  Descriptor descriptor(io_);
  const auto watched =
      process ? watch(descriptor, std::move(process), "proxy-command: cannot watch the process")
              : system_error("proxy-command: cannot watch the process");
  if (!watched) {
    spdlog::error("{}", watched.error().message);
    return false;
  }
  pid_ = pid;
  process_.emplace(std::move(descriptor));
  process_->async_wait(Descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (!error) on_death();
  });
  return true;
}

void ProxyProcess::on_death() {
  if (process_) {
    siginfo_t info{};
    // An adopted process is not our child: how it ended is not known then.
    const bool known = ::waitid(P_PIDFD, static_cast<id_t>(process_->native_handle()), &info,
                                WEXITED | WNOHANG) == 0;
    spdlog::log(stopped_ ? spdlog::level::info : spdlog::level::warn,
                "proxy-command: process {} ended{}", pid_, known ? ", " + describe(info) : "");
    process_.reset();
    ::unlink(pid_file_.c_str());
  }
  if (stopped_) {
    timer_.cancel();
    return stopped_();
  }
  timer_.expires_after(next_pause());
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) spawn();
  });
}

ProxyProcess::Clock::duration ProxyProcess::next_pause() {
  if (Clock::now() - started_ > kHealthyAge) pause_ = 0s;
  const Clock::duration now = pause_;
  pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  return now;
}

void ProxyProcess::stop(std::function<void()> done) {
  stopped_ = std::move(done);
  timer_.cancel();
  if (!process_) return stopped_();
  ::pidfd_send_signal(process_->native_handle(), SIGTERM, nullptr, 0);
  timer_.expires_after(kTermGrace);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || !process_) return;
    spdlog::warn("proxy-command: process {} does not end by itself, killing it", pid_);
    ::pidfd_send_signal(process_->native_handle(), SIGKILL, nullptr, 0);
  });
}

}  // namespace wslb::agent
