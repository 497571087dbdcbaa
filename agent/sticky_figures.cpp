// The half of StickyService that tells how things stand, and shows entries.
#include <boost/asio/post.hpp>

#include "agent/sticky_service.h"
#include "agent/table_page.h"

namespace wslb::agent {
namespace {

std::string to_string(PeerLinks::State state) {
  switch (state) {
    case PeerLinks::State::Connected:
      return "connected";
    case PeerLinks::State::Refused:
      return "refused";
    case PeerLinks::State::Connecting:
      break;
  }
  return "connecting";
}

}  // namespace

void StickyService::update_figures() {
  Figures now;
  now.entries = hub_.replica().size();
  now.strangers = links_->strangers();
  now.refused_entries = hub_.proxy().refused();
  now.proxy_connected = hub_.proxy().connected();
  add_tables(now);
  for (const auto& peer : links_->peers()) {
    PeerFigures& one = now.peers.emplace_back();
    one.kind = "node";
    one.node = peer->node->name;
    one.address = peer->node->address.to_string();
    one.state = to_string(peer->state);
    one.reason = peer->reason;
    if (peer->connection) {
      one.lag_ms = std::chrono::duration<double, std::milli>(peer->connection->lag()).count();
    }
    one.behind = peer->session->behind();
    one.config_differs = peer->session->config_differs();
    one.version = peer->session->peer_version();
    one.repaired = peer->session->figures().repaired;
    one.in_step = peer->state == PeerLinks::State::Connected && one.behind == 0;
    if (one.state == "connected" && peer->connection) one.standing = peer->connection->standing();
    now.refused_entries += peer->session->figures().refused;
  }
  add_haproxies(now);
  const std::lock_guard lock(mutex_);
  figures_ = std::move(now);
}

void StickyService::add_haproxies(Figures& figures) const {
  for (const auto& section : haproxies_) {
    for (const HaproxyPeers::Figures& peer : section->figures()) {
      PeerFigures& one = figures.peers.emplace_back();
      one.kind = "haproxy";
      one.node = peer.peer;
      one.address = peer.address.to_string();
      one.state = peer.connected ? "connected" : "connecting";
      one.reason = peer.reason;
      one.behind = peer.connected ? peer.behind : 0;
      one.in_step = peer.connected && one.behind == 0;
    }
  }
}

void StickyService::add_tables(Figures& figures) const {
  const sticky::Replica& replica = hub_.replica();
  for (std::size_t id = 0; id < replica.tables().size(); ++id) {
    const sticky::Table& table = replica.tables()[id];
    proto::Status::Table& out = figures.tables.emplace_back();
    out.set_name(table.name);
    out.set_type(key_type_name(table.key_type));
    out.set_size(table.size);
    out.set_entries(replica.entries_of(static_cast<sticky::TableId>(id)));
    const auto expire = std::chrono::duration_cast<std::chrono::milliseconds>(table.expire);
    out.set_expire_ms(static_cast<std::uint64_t>(expire.count()));
  }
}

StickyService::Figures StickyService::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

void StickyService::list(const proto::TableRequest& request, TableAnswer answer) {
  boost::asio::post(io_, [this, request, answer = std::move(answer)] {
    const TableClock clock{std::chrono::steady_clock::now(), std::chrono::system_clock::now()};
    answer(table_page(hub_.replica(), cluster_, request, clock));
  });
}

void StickyService::stand(const proto::PeerStanding& standing) {
  boost::asio::post(io_, [this, standing] { links_->stand(standing); });
}

}  // namespace wslb::agent
