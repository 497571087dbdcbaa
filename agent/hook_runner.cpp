#include "agent/hook_runner.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/child_process.h"

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
  // Where none runs, the first one of this turn of the loop is about to.
  const std::size_t room = lane.run ? 1 : 2;
  if (lane.waiting.size() == room) {
    spdlog::warn("notify of vrrp {}: {} is slower than the changes; it does not hear of '{}'",
                 lane.section, lane.command.front(), lane.waiting.back().text);
    lane.waiting.pop_back();
  }
  lane.waiting.push_back(event);
  boost::asio::post(io_, [this, &lane] { start_next(lane); });
}

void HookRunner::start_next(Lane& lane) {
  while (!lane.run && !lane.waiting.empty()) {
    const core::Emit event = std::move(lane.waiting.front());
    lane.waiting.pop_front();
    const auto started = start(lane, event);
    if (!started) failed_(lane.section, started.error().message);
  }
  tell_if_finished();
}

base::Result<void> HookRunner::start(Lane& lane, const core::Emit& event) {
  const std::string what = "notify cannot start " + lane.command.front();
  if (::access(lane.command.front().c_str(), X_OK) != 0) return system_error(what);
  auto child = ChildProcess::start(
      lane.command, {.environment = environment_of(lane.section, event), .own_session = true});
  if (!child) return base::Error{what + ": " + child.error().message};
  Descriptor descriptor(io_);
  if (const auto watched = watch(descriptor, std::move(child->pidfd), what); !watched) {
    ChildProcess::kill_and_reap(child->pid);
    return watched.error();
  }
  lane.run.emplace(Run{std::move(descriptor), child->pid});
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
    // Not reaped yet, so the number is still its own; it leads no group before it first ran.
    ::kill(lane.run->pid, SIGKILL);
    ::kill(-lane.run->pid, SIGKILL);
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
  const bool busy = std::ranges::any_of(
      lanes_, [](const auto& lane) { return lane->run || !lane->waiting.empty(); });
  if (busy || !finished_) return;
  std::exchange(finished_, nullptr)();
}

}  // namespace wslb::agent
