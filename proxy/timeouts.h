// Many timers with few distinct durations, as the tunnels of a worker have them: one list for each
// duration, ordered by when its timers were started. To start a timer anew costs one list splice
// and no system call. Used by TunnelEngine, on its thread.
#pragma once

#include <algorithm>
#include <map>

#include <boost/intrusive/list.hpp>

#include "base/time.h"

namespace wslb::proxy {

class Tunnel;

// A part of what it belongs to. It must be stopped before it is destroyed.
struct TunnelTimer : boost::intrusive::list_base_hook<> {
  explicit TunnelTimer(Tunnel& owner) : tunnel(owner) {}

  Tunnel& tunnel;
  base::TimePoint started;
  base::Duration duration = base::Duration::max();
};

class Timeouts {
 public:
  using List = boost::intrusive::list<TunnelTimer>;

  // `max` never expires.
  void start(TunnelTimer& timer, base::TimePoint now, base::Duration duration) {
    stop(timer);
    timer.duration = duration;
    timer.started = now;
    lists_[duration].push_back(timer);
  }

  void restart(TunnelTimer& timer, base::TimePoint now) {
    List& list = lists_[timer.duration];
    timer.started = now;
    list.splice(list.end(), list, list.iterator_to(timer));
  }

  void stop(TunnelTimer& timer) {
    if (!timer.is_linked()) return;
    List& list = lists_[timer.duration];
    list.erase(list.iterator_to(timer));
  }

  [[nodiscard]] base::TimePoint next() const {
    base::TimePoint first = base::TimePoint::max();
    for (const auto& [duration, list] : lists_) {
      if (list.empty() || duration == base::Duration::max()) continue;
      first = std::min(first, list.front().started + duration);
    }
    return first;
  }

  // One that has expired, taken out; null: none has.
  TunnelTimer* take_expired(base::TimePoint now) {
    for (auto& [duration, list] : lists_) {
      if (list.empty() || duration == base::Duration::max()) continue;
      TunnelTimer& first = list.front();
      if (first.started + duration > now) continue;
      list.pop_front();
      return &first;
    }
    return nullptr;
  }

  // The one of that duration that was started first, taken out; null: there is none.
  TunnelTimer* take_first(base::Duration duration) {
    List& list = lists_[duration];
    if (list.empty()) return nullptr;
    TunnelTimer& first = list.front();
    list.pop_front();
    return &first;
  }

  // Any one, taken out.
  TunnelTimer* take_any() {
    for (auto& [duration, list] : lists_) {
      if (TunnelTimer* timer = take_first(duration)) return timer;
    }
    return nullptr;
  }

 private:
  std::map<base::Duration, List> lists_;
};

}  // namespace wslb::proxy
