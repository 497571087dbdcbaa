#include "agent/lease_renewer.h"

#include <system_error>

#include <pthread.h>
#include <sched.h>
#include <spdlog/spdlog.h>

namespace wslb::agent {

LeaseRenewer::~LeaseRenewer() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void LeaseRenewer::hold(int interface_index, const config::Vip& vip) {
  const std::scoped_lock lock(renewing_);
  held_.emplace(interface_index, vip);
}

void LeaseRenewer::release(int interface_index, const config::Vip& vip) {
  const std::scoped_lock lock(renewing_);
  held_.erase({interface_index, vip});
}

void LeaseRenewer::renew(std::vector<AddressPut> puts, base::TimePoint now) {
  if (puts.empty()) return;
  if (!thread_.joinable()) start();
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    queue_.ask(std::move(puts), now);
  }
  wake_.notify_one();
}

void LeaseRenewer::drain() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return queue_.empty() && !busy_; });
}

void LeaseRenewer::start() {
  auto opened = NetlinkRequests::open();
  if (!opened) {
    spdlog::error("leases cannot be renewed: {}", opened.error().message);
    return;
  }
  requests_ = std::move(*opened);
  int policy = SCHED_OTHER;
  sched_param priority{};
  ::pthread_getschedparam(::pthread_self(), &policy, &priority);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    spdlog::error("leases cannot be renewed, no thread: {}", error.what());
    return;
  }
  // The agent's real-time priority is not inherited (SCHED_RESET_ON_FORK).
  ::pthread_setschedparam(thread_.native_handle(), policy, &priority);
}

void LeaseRenewer::run() {
  ::pthread_setname_np(::pthread_self(), "leases");
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (queue_.empty()) {
      busy_ = false;
      idle_.notify_all();
      wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
      continue;
    }
    busy_ = true;
    lock.unlock();
    renew_next();
    lock.lock();
  }
}

void LeaseRenewer::renew_next() {
  const std::scoped_lock renewing(renewing_);
  std::unique_lock lock(mutex_);
  const auto put = queue_.next(std::chrono::steady_clock::now());
  if (!put) return;
  lock.unlock();
  renew_if_held(*put);
  lock.lock();
  queue_.done(std::chrono::steady_clock::now());
}

void LeaseRenewer::renew_if_held(const AddressPut& put) {
  if (!held_.contains({put.interface_index, put.vip})) return;
  const auto renewed = requests_->put(put);
  if (renewed) return;
  if (const auto suppressed = errors_.pass(std::chrono::steady_clock::now())) {
    spdlog::warn("cannot renew the lease of {}: {} ({} more such errors before)",
                 put.vip.address.to_string(), renewed.error().message, *suppressed);
  }
}

}  // namespace wslb::agent
