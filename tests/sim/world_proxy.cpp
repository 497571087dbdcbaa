// The proxies of the hosts: they die, and where their connections are kept a successor may come in
// time.
#include "tests/sim/world.h"

namespace wslb::sim {

namespace core = agent::core;
using namespace std::chrono_literals;

void World::bring_proxy_up(std::size_t index) {
  Host& host = hosts_[index];
  note(index, "the proxy comes up");
  if (host.proxy_died) statistics_.count(Fault::ProxySucceeded);
  const bool new_to_it = host.node && (!host.proxy_told || host.proxy_died);
  host.proxy_up = true;
  host.proxy_told = host.proxy_reported = host.node != nullptr;
  host.proxy_died.reset();
  host.kept_ending.reset();
  if (new_to_it) feed(index, core::ProxyChanged{.up = true, .pid = 1, .reason = ""});
}

// Killed, and its connections are kept; or lost for good.
void World::take_proxy_down(std::size_t index) {
  Host& host = hosts_[index];
  const bool kept = proxy_patience() > Duration(0) && host.settled() && host.proxy_reported &&
                    !host.proxy_died && proxy_random_.chance(70);
  note(index, kept ? "the proxy is killed" : "the proxy dies");
  host.proxy_up = false;
  const bool new_to_it = host.node && host.proxy_told;
  if (kept) {
    statistics_.count(Fault::ProxyKilled);
    host.proxy_died = local_now(index);
  } else {
    lose_proxy(host);
  }
  if (new_to_it) {
    feed(index,
         core::ProxyChanged{.up = false, .pid = 0, .reason = "process 1 died", .kept = kept});
  }
  if (!kept || proxy_random_.chance(40)) return;
  Event event;
  event.kind = EventKind::Successor;
  event.host = index;
  at(now_ + proxy_random_.between(0ms, proxy_patience() * 3 / 2), std::move(event));
}

// What answers may be late, or never come.
void World::end_kept(std::size_t index) {
  happened(Happening::Kind::Ending, index, 0);
  hosts_[index].kept_ending = local_now(index);
  if (proxy_random_.chance(10)) return;
  Event event;
  event.kind = EventKind::KeptEnded;
  event.host = index;
  at(now_ + proxy_random_.between(0ms, core::Succession::kEndingMax * 3 / 2), std::move(event));
}

void World::lose_proxy(Host& host) const {
  host.proxy_told = host.proxy_reported = false;
  host.proxy_died.reset();
  host.kept_ending.reset();
}

}  // namespace wslb::sim
