#include "agent/sticky/hub.h"

#include <algorithm>

namespace wslb::agent::sticky {
namespace {

// Every entry is looked at once in so many ticks.
constexpr std::size_t kTicksPerSweep = 50;

}  // namespace

Hub::Hub(Identity self, const std::vector<std::string>& peers, base::TimePoint begin,
         ClusterClock clock)
    : self_(std::move(self)),
      begin_(begin),
      replica_(node_id(self_.node), begin, clock,
               [this](const Replica::Entry& entry) { tell_ended(entry); }),
      proxy_(replica_, loads_) {
  for (const std::string& peer : peers) {
    peers_.push_back(std::make_unique<PeerSession>(replica_, loads_, self_, peer));
  }
  proxy_.hold_back(!is_taught(begin));
}

bool Hub::is_taught(base::TimePoint now) const {
  return now - begin_ >= kLessonMax ||
         std::ranges::all_of(peers_, [](const auto& peer) { return peer->has_taught(); });
}

PeerSession* Hub::find_peer(std::string_view node) {
  const auto found = std::ranges::find(peers_, node, [](const auto& peer) { return peer->peer(); });
  return found == peers_.end() ? nullptr : found->get();
}

void Hub::tick(base::TimePoint now) {
  replica_.sweep(kTicksPerSweep, now);
  proxy_.hold_back(!is_taught(now));
}

void Hub::tell_ended(const Replica::Entry& entry) {
  if (entry.by != ProxySession::kBy) proxy_.tell_ended(entry);
  if (entry.origin != replica_.self()) return;
  for (const auto& peer : peers_) peer->tell_ended(entry);
}

}  // namespace wslb::agent::sticky
