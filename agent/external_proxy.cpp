#include "agent/external_proxy.h"

#include <algorithm>
#include <ranges>
#include <set>

#include <poll.h>
#include <spdlog/spdlog.h>

#include "agent/pidfd.h"
#include "agent/process_table.h"
#include "agent/small_file.h"

namespace wslb::agent {
namespace {

using namespace std::chrono_literals;

// `haproxy -sf` tells the old process to go before it writes its own pid; that takes milliseconds.
constexpr std::chrono::milliseconds kSuccession{1000};
constexpr std::chrono::milliseconds kSuccessionLook{20};

bool is_dead(int pidfd) {
  pollfd process{.fd = pidfd, .events = POLLIN, .revents = 0};
  return ::poll(&process, 1, 0) > 0;
}

}  // namespace

base::Result<std::unique_ptr<ExternalProxy>> ExternalProxy::open(
    boost::asio::io_context& io, const config::ExternalProxy& config, Handlers handlers) {
  auto proxy = std::make_unique<ExternalProxy>(io, config, std::move(handlers));
  auto file_watch = FileWatch::open(io, config.pidfile, [proxy = proxy.get()] {
    proxy->read_.clear();
    proxy->look();
    return true;
  });
  if (!file_watch) return file_watch.error();
  proxy->file_watch_ = std::move(*file_watch);
  proxy->look();
  proxy->probe_.start();
  return proxy;
}

ExternalProxy::ExternalProxy(boost::asio::io_context& io, const config::ExternalProxy& config,
                             Handlers handlers)
    : io_(io),
      pid_file_(config.pidfile),
      url_(config.check.url),
      handlers_(std::move(handlers)),
      probe_(io, config.check,
             {.on_change =
                  [this](bool up, const std::string& reason) {
                    probe_reason_ = reason;
                    if (up) return;
                    if (!ready_) return spdlog::warn("proxy external: {}", reason);
                    lose(dead_ ? "process " + std::to_string(dead_->pid) + " died" : reason);
                  },
              .on_result = [this] { on_answer(); }}),
      successor_timer_(io) {}

std::string ExternalProxy::reason() const {
  if (ready_) return "";
  if (main_process() != 0) return probe_.up() == false ? probe_reason_ : "waiting for " + url_;
  return file_error_.empty() ? "no process that " + pid_file_ + " names is alive" : file_error_;
}

// --- Processes ----------------------------------------------------------------------------------

// Whatever may have happened to the processes.
void ExternalProxy::look() {
  read_pid_file();
  take_dead();
  follow_all();
  if (dead_ && has_successor(*dead_)) {
    spdlog::info("proxy external: process {} ended, its successor serves", dead_->pid);
    dead_.reset();
    probe_.believe();
  }
  settle();
}

// A file that is empty or missing for a moment is about to be written, and one that names only the
// dead says nothing of whoever serves. The dead are forgotten until the file is written again:
// their numbers may come back as somebody else's.
void ExternalProxy::read_pid_file() {
  const auto text = read_small_file(pid_file_);
  auto pids = text ? parse_pid_file(*text) : std::vector<std::int32_t>();
  file_error_ = text ? (pids.empty() ? "pidfile " + pid_file_ + " names no process" : "")
                     : "pidfile: " + text.error().message;
  if (pids == read_) return;
  read_ = pids;
  std::erase_if(pids, [this](std::int32_t pid) { return !follow(pid, 0); });
  if (!pids.empty()) named_ = std::move(pids);
}

void ExternalProxy::take_dead() {
  std::optional<Process> dead;
  std::erase_if(watched_, [&](const auto& entry) {
    Watched& watched = *entry.second;
    if (!is_dead(watched.descriptor.native_handle())) return false;
    // Of a master and its worker, the master counts.
    if (!dead || watched.process.parent == 0) dead = watched.process;
    std::erase(named_, watched.process.pid);
    return true;
  });
  if (!dead || !ready_) return;
  if (!dead_) died_ = std::chrono::steady_clock::now();
  dead_ = dead;
  follow_all();
  if (!has_successor(*dead_)) probe_.doubt();
}

void ExternalProxy::follow_all() {
  std::set<std::int32_t> wanted;
  std::erase_if(named_, [this](std::int32_t pid) { return !follow(pid, 0); });
  for (const std::int32_t pid : named_) {
    wanted.insert(pid);
    wanted.insert(follow_newest_worker(pid));
  }
  std::erase_if(watched_, [&](const auto& entry) { return !wanted.contains(entry.first); });
}

// A worker runs the program that its master runs; other children are helpers of it. 0: none.
std::int32_t ExternalProxy::follow_newest_worker(std::int32_t pid) {
  const std::vector<std::int32_t> workers = children(pid);
  if (workers.empty()) return 0;
  const std::string name = command_name(pid);
  for (const std::int32_t worker : workers | std::views::reverse) {
    if (command_name(worker) == name && follow(worker, pid)) return worker;
  }
  return 0;
}

// False: it is dead, or there is no room to watch it.
bool ExternalProxy::follow(std::int32_t pid, std::int32_t parent) {
  if (const auto known = watched_.find(pid); known != watched_.end()) {
    return !is_dead(known->second->descriptor.native_handle());
  }
  FileDescriptor process(::pidfd_open(pid, 0));
  if (!process && errno != ESRCH) read_.clear();  // to be tried again
  if (!process || is_dead(process.get())) return false;
  auto watched =
      std::make_unique<Watched>(Watched{{pid, parent, start_time(pid)}, Descriptor(io_)});
  const auto result = watch(watched->descriptor, std::move(process),
                            "proxy external: cannot watch process " + std::to_string(pid));
  if (!result) {
    spdlog::error("{}", result.error().message);
    read_.clear();
    return false;
  }
  wait_for_death(*watched);
  watched_.emplace(pid, std::move(watched));
  return true;
}

void ExternalProxy::wait_for_death(Watched& watched) {
  watched.descriptor.async_wait(Descriptor::wait_read,
                                [this](const boost::system::error_code& error) {
                                  if (!error) look();
                                });
}

bool ExternalProxy::has_successor(const Process& dead) const {
  return std::ranges::any_of(watched_, [&](const auto& entry) {
    const Process& other = entry.second->process;
    return other.parent == dead.parent && (dead.parent == 0 || other.started >= dead.started);
  });
}

std::int32_t ExternalProxy::main_process() const {
  for (const std::int32_t pid : named_) {
    if (watched_.contains(pid)) return pid;
  }
  return 0;
}

// --- Verdict ------------------------------------------------------------------------------------

void ExternalProxy::on_answer() {
  if (dead_ && probe_.up() == true) {
    if (main_process() == 0) {
      wait_for_successor();
    } else {
      dead_.reset();
    }
  }
  look();  // also for a newer worker, which no event tells of
}

// Somebody answers, and the pid file names nobody who lives.
void ExternalProxy::wait_for_successor() {
  if (std::chrono::steady_clock::now() - died_ > kSuccession) {
    return lose("process " + std::to_string(dead_->pid) + " died, and " + pid_file_ +
                " names no other");
  }
  successor_timer_.expires_after(kSuccessionLook);
  successor_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && dead_ && main_process() == 0) probe_.doubt();
  });
}

void ExternalProxy::settle() {
  const std::int32_t pid = main_process();
  if (pid == 0 || probe_.up() != true || (ready_ && pid == pid_)) return;
  ready_ = true;
  pid_ = pid;
  handlers_.on_ready(pid);
}

void ExternalProxy::lose(const std::string& reason) {
  ready_ = false;
  pid_ = 0;
  dead_.reset();
  successor_timer_.cancel();
  handlers_.on_lost(reason);
}

}  // namespace wslb::agent
