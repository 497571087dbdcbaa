#include "agent/lease_renewer.h"

#include <system_error>

#include <pthread.h>
#include <sched.h>
#include <spdlog/spdlog.h>

namespace wslb::agent {
namespace {

constexpr std::chrono::milliseconds kAgeMax{100};

}  // namespace

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
    jobs_ = std::move(puts);
    asked_ = now;
  }
  wake_.notify_one();
}

void LeaseRenewer::drain() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return jobs_.empty() && !busy_; });
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
    if (jobs_.empty()) {
      busy_ = false;
      idle_.notify_all();
      wake_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
      continue;
    }
    busy_ = true;
    const AddressPut put = jobs_.back();
    const base::TimePoint asked = asked_;
    jobs_.pop_back();
    lock.unlock();
    renew_if_held(put, asked);
    lock.lock();
  }
}

void LeaseRenewer::renew_if_held(const AddressPut& put, base::TimePoint asked) {
  const std::scoped_lock lock(renewing_);
  if (std::chrono::steady_clock::now() - asked > kAgeMax) return;
  if (!held_.contains({put.interface_index, put.vip})) return;
  const auto renewed = requests_->put(put);
  if (renewed) return;
  spdlog::warn("cannot renew the lease of {}: {}", put.vip.address.to_string(),
               renewed.error().message);
}

}  // namespace wslb::agent
