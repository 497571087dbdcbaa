// Which lease the renewing thread turns to next: a value without threads or clocks.
//
// A process that was stopped must not renew, since its leases are there to end then. So every
// renewal has to begin, and the one before to be done, within 100 ms of the step before it: what
// takes longer (a stop, or a kernel that was busy) leaves out the rest of the batch. The next batch
// goes on where the last one ended, so that no lease starves. Used by LeaseRenewer.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "agent/netlink_requests.h"
#include "base/time.h"

namespace wslb::agent {

class RenewalQueue {
 public:
  // In place of those that have not had their turn yet.
  void ask(std::vector<AddressPut> puts, base::TimePoint now) {
    const auto last = std::ranges::find_if(
        puts, [&](const AddressPut& put) { return last_ && key(put) == *last_; });
    if (last != puts.end()) std::rotate(puts.begin(), last + 1, puts.end());
    waiting_.assign(puts.begin(), puts.end());
    alive_ = now;
  }

  [[nodiscard]] bool empty() const { return waiting_.empty(); }

  // Nullopt: it is too late for all that waited.
  [[nodiscard]] std::optional<AddressPut> next(base::TimePoint now) {
    if (now - alive_ > kStepMax) waiting_.clear();
    if (waiting_.empty()) return std::nullopt;
    const AddressPut put = waiting_.front();
    waiting_.pop_front();
    last_ = key(put);
    alive_ = now;
    return put;
  }

  // The last one that next() returned has been renewed.
  void done(base::TimePoint now) {
    if (now - alive_ <= kStepMax) alive_ = now;
  }

 private:
  using Key = std::pair<int, config::Vip>;

  static constexpr std::chrono::milliseconds kStepMax{100};

  [[nodiscard]] static Key key(const AddressPut& put) { return {put.interface_index, put.vip}; }

  std::deque<AddressPut> waiting_;
  std::optional<Key> last_;  // the last one that had its turn
  base::TimePoint alive_;    // when this process certainly ran
};

}  // namespace wslb::agent
