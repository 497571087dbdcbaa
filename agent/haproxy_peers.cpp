#include "agent/haproxy_peers.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "agent/tcp_listener.h"

namespace wslb::agent {
namespace {

using Tcp = boost::asio::ip::tcp;

constexpr std::chrono::milliseconds kRedial{1000};
constexpr std::chrono::milliseconds kPause{100};
constexpr std::size_t kStrangersMax = 32;
constexpr auto kNoComplaint = "connected";

// Two that dial each other at the same time hang up on each other. Where both wait for the same
// time that would go on for ever.
std::chrono::milliseconds time_to_redial(const std::string& us) {
  return kRedial + std::chrono::milliseconds(std::hash<std::string>()(us) % 400);
}

bool is_node(const config::Cluster& cluster, const std::string& name) {
  return std::ranges::count(cluster.nodes, name, &config::Node::name) > 0;
}

}  // namespace

base::Result<std::optional<HaproxyPeers::Settings>> HaproxyPeers::settings_of(
    const config::PeersSection& section, const config::Cluster& cluster, const std::string& node) {
  Settings settings{.section = section.name, .us = node, .listen = {}, .peers = {}};
  std::optional<base::Endpoint> listen = section.bind;
  bool has_us = false;
  for (const config::Peer& peer : section.peers) {
    if (peer.name == node) {
      has_us = true;
      if (peer.address) listen = peer.address;
    } else if (!is_node(cluster, peer.name) && peer.address) {
      settings.peers.emplace(peer.name, *peer.address);
    }
  }
  if (section.disabled || settings.peers.empty()) return std::optional<Settings>();
  if (!has_us || !listen) {
    return base::Error{section.where.file + ":" + std::to_string(section.where.line) + ": 'peers " +
                       section.name +
                       "' has a peer that is no node of the cluster, but no address of '" + node +
                       "'; add: peer " + node + " ADDRESS:PORT"};
  }
  settings.listen = *listen;
  return std::optional(settings);
}

base::Result<std::unique_ptr<HaproxyPeers>> HaproxyPeers::open(boost::asio::io_context& io,
                                                               Settings settings,
                                                               HaproxyStore& store) {
  auto acceptor = listen_on(io, settings.listen);
  if (!acceptor) return base::Error{"peers " + settings.section + ": " + acceptor.error().message};
  return std::make_unique<HaproxyPeers>(io, std::move(settings), store, std::move(*acceptor));
}

HaproxyPeers::HaproxyPeers(boost::asio::io_context& io, Settings settings, HaproxyStore& store,
                           Tcp::acceptor acceptor)
    : io_(io),
      settings_(std::move(settings)),
      store_(store),
      acceptor_(std::move(acceptor)),
      pause_(io),
      self_(std::make_shared<HaproxyPeers*>(this)) {
  for (const auto& [name, address] : settings_.peers) {
    Peer& peer = peers_[name];
    peer.address = address;
    peer.redial = std::make_unique<boost::asio::steady_timer>(io);
    dial(name);
  }
  accept();
}

HaproxyPeers::~HaproxyPeers() {
  *self_ = nullptr;
  for (auto& [name, peer] : peers_) {
    if (peer.connection) peer.connection->end();
  }
  for (const auto& stranger : strangers_) stranger->end();
}

void HaproxyPeers::accept() {
  acceptor_.async_accept(
      [this, self = self_](const boost::system::error_code& error, Tcp::socket socket) {
        if (*self == nullptr || error == boost::asio::error::operation_aborted) return;
        if (error) {
          pause_.expires_after(kPause);
          pause_.async_wait([this, self](const boost::system::error_code& stopped) {
            if (*self != nullptr && !stopped) accept();
          });
          return;
        }
        if (strangers_.size() < kStrangersMax) {
          strangers_.push_back(std::make_shared<HaproxyConnection>(
              std::move(socket),
              peers::Session::Settings{.role = peers::Role::Listener, .us = settings_.us}, store_,
              handlers()));
          strangers_.back()->start();
        }
        accept();
      });
}

HaproxyConnection::Handlers HaproxyPeers::handlers() {
  return {.on_greeted =
              [this, self = self_](const std::shared_ptr<HaproxyConnection>& connection) {
                if (*self != nullptr) on_greeted(connection);
              },
          .on_progress =
              [this, self = self_](HaproxyConnection& connection) {
                if (*self != nullptr) on_progress(connection);
              },
          .on_ended =
              [this, self = self_](HaproxyConnection& connection, const std::string& reason) {
                if (*self != nullptr) on_ended(connection, reason);
              }};
}

void HaproxyPeers::dial(const std::string& name) {
  Peer& peer = peers_.at(name);
  peer.connection = std::make_shared<HaproxyConnection>(
      Tcp::socket(io_),
      peers::Session::Settings{.role = peers::Role::Dialler,
                               .us = settings_.us,
                               .peer = name,
                               .process_id = static_cast<std::uint32_t>(::getpid())},
      store_, handlers());
  peer.connection->session().resume_after(peer.acknowledged);
  peer.connection->dial(peer.address);
}

// On and on: HAProxy gives up where it was refused once, so the link is ours to make.
void HaproxyPeers::dial_later(const std::string& name) {
  boost::asio::steady_timer& timer = *peers_.at(name).redial;
  timer.expires_after(time_to_redial(settings_.us));
  timer.async_wait([this, self = self_, name](const boost::system::error_code& error) {
    if (error || *self == nullptr) return;
    if (!peers_.at(name).connection) dial(name);
  });
}

HaproxyPeers::Peer* HaproxyPeers::find(const HaproxyConnection& connection) {
  const auto found = peers_.find(connection.session().peer());
  if (found == peers_.end() || found->second.connection.get() != &connection) return nullptr;
  return &found->second;
}

// The newest connection of a peer is the one that counts, as with HAProxy: the other one may be
// dead without anybody's knowledge.
void HaproxyPeers::on_greeted(const std::shared_ptr<HaproxyConnection>& connection) {
  const auto found = peers_.find(connection->session().peer());
  if (found == peers_.end()) {
    return drop_stranger(*connection, "'peers " + settings_.section + "' has no peer '" +
                                          connection->session().peer() + "'");
  }
  Peer& peer = found->second;
  std::erase(strangers_, connection);
  if (peer.connection) peer.connection->end();
  take_leave(peer);
  peer.redial->cancel();
  peer.connection = connection;
  connection->session().resume_after(peer.acknowledged);
  connection->session().admit();
}

void HaproxyPeers::drop_stranger(HaproxyConnection& connection, const std::string& reason) {
  if (const auto more = stranger_log_.pass(std::chrono::steady_clock::now())) {
    spdlog::warn("peers {}: hung up on {}: {} ({} more like this)", settings_.section,
                 connection.remote(), reason, *more);
  }
  connection.end();
  std::erase_if(strangers_, [&](const auto& stranger) { return stranger.get() == &connection; });
}

void HaproxyPeers::on_progress(HaproxyConnection& connection) {
  Peer* peer = find(connection);
  if (peer == nullptr) return;
  if (std::exchange(peer->last_complaint, kNoComplaint) != kNoComplaint) {
    spdlog::info("peer {}: connected with HAProxy at {}", connection.session().peer(),
                 connection.remote());
  }
  if (!lesson_wanted_) return;
  if (connection.session().lesson() == peers::Lesson::Complete && peer->was_asked) {
    lesson_wanted_ = false;
  } else {
    ask_somebody();
  }
}

// One at a time; the next one where the answer was not all there is or never came.
void HaproxyPeers::ask_somebody() {
  const auto is_asked = [](const auto& entry) {
    const auto& connection = entry.second.connection;
    return connection && connection->session().lesson() == peers::Lesson::Asked;
  };
  if (std::ranges::any_of(peers_, is_asked)) return;
  for (auto& [name, peer] : peers_) {
    if (peer.was_asked || !peer.connection || !peer.connection->session().established()) continue;
    peer.was_asked = true;
    peer.connection->session().ask_for_lesson();
    return peer.connection->flush();
  }
}

// Of the connection, of which this keeps what the next one needs.
void HaproxyPeers::take_leave(Peer& peer) {
  const auto connection = std::exchange(peer.connection, nullptr);
  if (!connection) return;
  const peers::Session& session = connection->session();
  peer.acknowledged = std::max(peer.acknowledged, session.acknowledged());
  peer.received += connection->received();
  if (session.lesson() == peers::Lesson::Asked) peer.was_asked = false;
}

void HaproxyPeers::on_ended(HaproxyConnection& connection, const std::string& reason) {
  Peer* peer = find(connection);
  if (peer == nullptr) return drop_stranger(connection, reason);
  const std::string name = connection.session().peer();
  take_leave(*peer);
  if (std::exchange(peer->last_complaint, reason) != reason) {
    spdlog::warn("peer {}: no connection with HAProxy at {}: {}; trying again every second", name,
                 peer->address.to_string(), reason);
  }
  dial_later(name);
  if (lesson_wanted_) ask_somebody();
}

void HaproxyPeers::wake() {
  if (std::exchange(awake_, true)) return;
  boost::asio::post(io_, [this, self = self_] {
    if (*self == nullptr) return;
    awake_ = false;
    for (auto& [name, peer] : peers_) {
      if (peer.connection && peer.connection->session().established()) peer.connection->flush();
    }
  });
}

void HaproxyPeers::learn_anew() {
  lesson_wanted_ = true;
  for (auto& [name, peer] : peers_) peer.was_asked = false;
  ask_somebody();
}

std::vector<HaproxyPeers::Figures> HaproxyPeers::figures() const {
  std::vector<Figures> all;
  for (const auto& [name, peer] : peers_) {
    Figures& figures = all.emplace_back(Figures{.peer = name, .address = peer.address});
    figures.reason = peer.last_complaint;
    figures.received = peer.received;
    std::uint64_t acknowledged = peer.acknowledged;
    if (peer.connection) {
      figures.connected = peer.connection->session().established();
      figures.received += peer.connection->received();
      acknowledged = std::max(acknowledged, peer.connection->session().acknowledged());
    }
    if (figures.connected || figures.reason == kNoComplaint) figures.reason.clear();
    figures.behind = store_.newest() - std::min(store_.newest(), acknowledged);
  }
  return all;
}

}  // namespace wslb::agent
