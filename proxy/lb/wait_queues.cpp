#include "proxy/lb/wait_queues.h"

#include <cassert>

namespace wslb::proxy::lb {

void WaitQueues::push(Ticket ticket, std::optional<std::size_t> server, const Reason& reason) {
  const Age age = next_age_++;
  [[maybe_unused]] const bool is_new = places_.emplace(ticket, Place{server, age, reason}).second;
  assert(is_new);
  (server ? of_server_.at(*server) : any_).emplace(age, ticket);
}

std::optional<WaitQueues::Waited> WaitQueues::pop_for(std::size_t server, bool also_any) {
  Queue& own = of_server_.at(server);
  const bool any_has = also_any && !any_.empty();
  if (!own.empty() && (!any_has || own.begin()->first < any_.begin()->first)) {
    return take_front(own);
  }
  if (any_has) return take_front(any_);
  return std::nullopt;
}

std::optional<WaitQueues::Waited> WaitQueues::pop_any() {
  if (any_.empty()) return std::nullopt;
  return take_front(any_);
}

std::optional<WaitQueues::Waited> WaitQueues::remove(Ticket ticket) {
  const auto found = places_.find(ticket);
  if (found == places_.end()) return std::nullopt;
  const Place place = found->second;
  (place.server ? of_server_.at(*place.server) : any_).erase(place.age);
  places_.erase(found);
  return Waited{ticket, place.server, place.reason};
}

std::vector<WaitQueues::Waited> WaitQueues::take_all(std::size_t server) {
  Queue& own = of_server_.at(server);
  std::vector<Waited> taken;
  while (!own.empty()) taken.push_back(take_front(own));
  return taken;
}

void WaitQueues::move_to_any(std::size_t server) {
  Queue& own = of_server_.at(server);
  for (const auto& [age, ticket] : own) {
    Place& place = places_.at(ticket);
    place.server.reset();
    place.reason.by_cookie = false;
  }
  any_.merge(own);
}

WaitQueues::Waited WaitQueues::take_front(Queue& queue) {
  const Ticket ticket = queue.begin()->second;
  queue.erase(queue.begin());
  const Place place = places_.at(ticket);
  places_.erase(ticket);
  return {ticket, place.server, place.reason};
}

}  // namespace wslb::proxy::lb
