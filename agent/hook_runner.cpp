#include "agent/hook_runner.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include <boost/asio/post.hpp>
#include <fcntl.h>
#include <spawn.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>

#include "agent/pidfd.h"

namespace wslb::agent {
namespace {

std::vector<std::string> environment_of(const std::string& section, const core::Emit& event) {
  const char* path = std::getenv("PATH");
  return {"PATH=" + std::string(path != nullptr ? path : "/usr/sbin:/usr/bin:/sbin:/bin"),
          "WSLB_VRRP=" + section,
          "WSLB_STATE=" + std::string(core::to_string(event.change->to)),
          "WSLB_OLD_STATE=" + std::string(core::to_string(event.change->from)),
          "WSLB_PRIORITY=" + std::to_string(event.change->priority),
          "WSLB_REASON=" + event.text};
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

// The hook gets no descriptor of ours but the log's, no signal settings, a session of its own, and
// (by SCHED_RESET_ON_FORK) the ordinary priority. The error is an errno.
int spawn(std::vector<std::string>& command, std::vector<std::string>& environment, pid_t& pid) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  sigset_t all;
  sigset_t none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(
      &attributes,
      static_cast<short>(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID));
  const int error = ::posix_spawn(&pid, command.front().c_str(), &files, &attributes,
                                  pointers(command).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

}  // namespace

HookRunner::HookRunner(boost::asio::io_context& io, const config::Config& config, Failed failed)
    : io_(io), failed_(std::move(failed)) {
  for (const config::VrrpSection& section : config.vrrps) {
    lanes_.push_back(std::make_unique<Lane>(io, section));
  }
}

void HookRunner::notify(const core::Emit& event) {
  Lane& lane = *lanes_.at(event.change->section);
  if (lane.command.empty()) return;
  if (lane.waiting && lane.run) {
    spdlog::warn("notify of vrrp {}: {} is slower than the changes; it does not hear of '{}'",
                 lane.section, lane.command.front(), lane.waiting->text);
  } else if (lane.waiting) {
    start_next(lane);  // two changes in one turn of the loop
  }
  lane.waiting = event;
  boost::asio::post(io_, [this, &lane] { start_next(lane); });
}

void HookRunner::start_next(Lane& lane) {
  if (lane.run || !lane.waiting) return tell_if_finished();
  const core::Emit event = std::move(*lane.waiting);
  lane.waiting.reset();
  if (const auto started = start(lane, event); !started) {
    failed_(lane.section, started.error().message);
    tell_if_finished();
  }
}

base::Result<void> HookRunner::start(Lane& lane, const core::Emit& event) {
  const std::string what = "notify cannot start " + lane.command.front();
  std::vector<std::string> environment = environment_of(lane.section, event);
  pid_t pid = 0;
  errno = spawn(lane.command, environment, pid);
  if (errno != 0) return system_error(what);
  FileDescriptor process(::pidfd_open(pid, 0));
  Descriptor descriptor(io_);
  const auto watched = process ? watch(descriptor, std::move(process), what) : system_error(what);
  if (!watched) {
    ::kill(-pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return watched.error();
  }
  lane.run.emplace(Run{std::move(descriptor), pid});
  wait_for_end(lane);
  return {};
}

void HookRunner::wait_for_end(Lane& lane) {
  lane.run->process.async_wait(Descriptor::wait_read,
                               [this, &lane](const boost::system::error_code& error) {
                                 if (!error) on_end(lane);
                               });
  lane.deadline.expires_after(kDeadline);
  lane.deadline.async_wait([&lane](const boost::system::error_code& error) {
    if (error || !lane.run) return;
    lane.run->killed = true;
    ::kill(-lane.run->pid, SIGKILL);  // not reaped yet, so the number is still its own
  });
}

void HookRunner::on_end(Lane& lane) {
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(lane.run->pid), &info, WEXITED | WNOHANG);
  const bool killed = lane.run->killed;
  lane.run.reset();
  lane.deadline.cancel();
  const std::string what = "notify: " + lane.command.front();
  if (killed) {
    failed_(lane.section, what + " did not end within 10 s and was killed");
  } else if (info.si_code != CLD_EXITED) {
    failed_(lane.section, what + " was killed by " + strsignal(info.si_status));
  } else if (info.si_status != 0) {
    failed_(lane.section, what + " ended with exit status " + std::to_string(info.si_status));
  }
  start_next(lane);
}

void HookRunner::finish(std::function<void()> done) {
  finished_ = std::move(done);
  tell_if_finished();
}

void HookRunner::tell_if_finished() {
  const bool busy =
      std::ranges::any_of(lanes_, [](const auto& lane) { return lane->run || lane->waiting; });
  if (busy || !finished_) return;
  std::exchange(finished_, nullptr)();
}

}  // namespace wslb::agent
