#include "agent/event_log.h"

#include <algorithm>
#include <utility>

namespace wslb::agent {

EventLog::Follower::Follower(EventLog& log, Wake wake)
    : log_(log), place_(log.followers_.insert(log.followers_.end(), std::move(wake))) {}

EventLog::Follower::~Follower() {
  log_.followers_.erase(place_);
}

void EventLog::append(std::string kind, std::string subject, std::string text,
                      std::chrono::system_clock::time_point at,
                      std::optional<core::Emit::Change> change) {
  if (events_.size() == kEventsMax) events_.pop_front();
  events_.push_back(
      {++last_seq_, at, std::move(kind), std::move(subject), std::move(text), change});
  // A follower may leave when woken.
  for (auto next = followers_.begin(); next != followers_.end();) (*next++)();
}

const LoggedEvent* EventLog::next_after(std::uint64_t seq) const {
  const auto found = std::ranges::upper_bound(events_, seq, {}, &LoggedEvent::seq);
  return found == events_.end() ? nullptr : &*found;
}

}  // namespace wslb::agent
