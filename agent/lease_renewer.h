// Renews the leases of VIPs on a thread of its own. Such a request waits for the kernel's lock of
// all interfaces, which others hold for milliseconds, and adverts must not wait with it.
//
// What keeps a VIP from coming back after it was given up: release() takes it out of what is held
// under the mutex that each renewal holds from its look at that until the kernel's answer. So the
// removal that follows comes after every renewal. What comes too late is left out (RenewalQueue).
//
// The thread begins with the first renewal and ends with the object. It touches its own netlink
// socket and, under the mutexes, the jobs and what is held; it logs; nothing else. All functions
// are for the agent's one thread. Used by VipKeeper.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agent/log_limiter.h"
#include "agent/netlink_requests.h"
#include "agent/renewal_queue.h"
#include "base/result.h"
#include "base/time.h"

namespace wslb::agent {

class LeaseRenewer {
 public:
  LeaseRenewer() = default;
  ~LeaseRenewer();
  LeaseRenewer(const LeaseRenewer&) = delete;
  LeaseRenewer& operator=(const LeaseRenewer&) = delete;

  // From now on renewals of this address count, until release(). After release() returned, none is
  // under way.
  void hold(int interface_index, const config::Vip& vip);
  void release(int interface_index, const config::Vip& vip);

  // Asks for these renewals, in place of those that have not had their turn yet.
  void renew(std::vector<AddressPut> puts, base::TimePoint now);

  // Waits until nothing is left to do. For tests.
  void drain();

 private:
  void start();
  void run();
  void renew_next();
  void renew_if_held(const AddressPut& put);

  std::unique_ptr<NetlinkRequests> requests_;  // the thread's, once it runs
  LogLimiter errors_;                          // the thread's
  std::thread thread_;

  std::mutex renewing_;  // held through each request; locked before mutex_
  std::set<std::pair<int, config::Vip>> held_;

  std::mutex mutex_;  // of all below, and held for moments only
  std::condition_variable wake_;
  std::condition_variable idle_;
  RenewalQueue queue_;
  bool busy_ = false;
  bool ending_ = false;
};

}  // namespace wslb::agent
