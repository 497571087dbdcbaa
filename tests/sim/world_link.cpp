// The link between the agents of two hosts, as far as it carries adverts: in order, and what comes
// late does not count.
#include <algorithm>

#include "tests/sim/world.h"

namespace wslb::sim {

namespace core = agent::core;
using namespace std::chrono_literals;

bool World::are_linked(std::size_t network, std::size_t a, std::size_t b) const {
  constexpr Duration dialling = 1s;
  const auto ready = [&](std::size_t host) {
    const Host& each = hosts_[host];
    return each.awake() && each.link_up[network] && now_ - each.agent_since >= dialling;
  };
  return ready(a) && ready(b) && network_.carries_links(network, a, b);
}

void World::tell_peers(std::size_t index, const core::TellPeers& word) {
  auto frame = std::make_shared<Frame>();
  frame->section = word.section;
  frame->sender = index;
  frame->source = word.source;
  frame->priority = word.priority;
  frame->interval = section(index, word.section).advert;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    if (i == index || !are_linked(networks_[word.section], index, i)) continue;
    // As late as a word may be that counts.
    const Duration delay = network_.delay_min + link_random_.between(0ms, frame->interval / 2);
    TimePoint& last = last_words_[index * hosts_.size() + i];
    last = std::max(last, now_ + delay);
    Event event;
    event.kind = EventKind::Word;
    event.host = i;
    event.frame = frame;
    at(last, std::move(event));
  }
}

void World::take_word(std::size_t index, const std::shared_ptr<const Frame>& word) {
  if (!are_linked(networks_[word->section], word->sender, index)) return;
  if (!hosts_[index].waiting.empty()) return;
  happened(Happening::Kind::Linked, index, word->section);
  happened_.back().priority = word->priority;
  happened_.back().frame = word;
  feed(index, core::PeerAdvert{word->section, hosts_[word->sender].name, word->priority,
                               word->interval, word->source});
}

}  // namespace wslb::sim
