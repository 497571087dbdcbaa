// The part of an Exchange that is about stick tables: which server they lead to, what they note of
// it, and what goes on with a tunnel.
#include <utility>

#include "proxy/exchange.h"
#include "proxy/live_state.h"

namespace wslb::proxy {

// Behind cookies and rules that name a server: who was led by those stays there.
void Exchange::lead_by_stick_rules() {
  const config::ProxySection& section = backend();
  if (section.stick_rules.empty() && section.store_responses.empty()) return;
  sticking_.emplace(service_.stick_tables, upgrade_.kind != http::UpgradeRequest::Kind::None);
  const ServiceState live(service_, frontend_, pool_);
  const bool led = named_.has_value() || cookie_.has_value();
  const auto server =
      sticking_->match(*pool_, transaction(live), persistence_ == Persistence::Forced, led);
  if (server) named_ = server;
}

// A server has answered.
void Exchange::note_server(const http::ResponseHead& response) {
  counters_.count_status(response.status);
  counters_.enter(StickCounters::Place::Response, response.status);
  if (!sticking_) return;
  const std::size_t server = link_.slot->server();
  const ServiceState live(service_, frontend_, pool_, server);
  http::Transaction now = transaction(live);
  now.response = &response;
  sticking_->store(*pool_, server, now);
  learner_ = sticking_->learner(*pool_, server, response);
}

TunnelHolds Exchange::take_holds() {
  TunnelHolds holds{std::move(tracked_), {}, std::move(learner_)};
  if (sticking_) holds.pins = sticking_->take_pins();
  return holds;
}

void Exchange::count_traffic() {
  counters_.count_bytes(record_.bytes_from_client, record_.bytes_from_server);
}

}  // namespace wslb::proxy
