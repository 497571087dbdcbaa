#include "agent/peer_links.h"

#include <algorithm>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include "agent/tcp_listener.h"

namespace wslb::agent {
namespace {

using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kRetry{300};
constexpr int kUserTimeoutMs = 3000;

}  // namespace

base::Result<std::unique_ptr<PeerLinks>> PeerLinks::open(boost::asio::io_context& io,
                                                         const config::Cluster& cluster,
                                                         const std::string& self, sticky::Hub& hub,
                                                         Handlers handlers) {
  auto links =
      std::make_unique<PeerLinks>(io, cluster, *cluster.find_node(self), hub, std::move(handlers));
  bool before_us = true;
  bool listens = false;
  for (const config::Node& node : cluster.nodes) {
    if (node.name == self) {
      before_us = false;
      continue;
    }
    const auto added = links->add(node, !before_us);
    if (!added) return added.error();
    listens = listens || before_us;
  }
  if (listens) {
    const auto listening = links->listen();
    if (!listening) return listening.error();
  }
  return links;
}

PeerLinks::PeerLinks(boost::asio::io_context& io, const config::Cluster& cluster,
                     const config::Node& self, sticky::Hub& hub, Handlers handlers)
    : io_(io),
      cluster_(cluster),
      self_(self),
      hub_(hub),
      handlers_(std::move(handlers)),
      accept_retry_(io) {}

base::Result<void> PeerLinks::add(const config::Node& node, bool we_dial) {
  auto tls = we_dial ? PeerTls::make(cluster_, self_.name, node.name)
                     : PeerTls::make(cluster_, node.name, self_.name);
  if (!tls) return tls.error();
  auto peer = std::make_unique<Peer>();
  peer->node = &node;
  peer->we_dial = we_dial;
  peer->session = hub_.find_peer(node.name);
  peer->tls = std::move(*tls);
  peer->retry = std::make_unique<boost::asio::steady_timer>(io_);
  peers_.push_back(std::move(peer));
  return {};
}

base::Result<void> PeerLinks::listen() {
  auto acceptor = listen_on(io_, {self_.address, cluster_.peer_port});
  if (!acceptor) return base::Error{"peer-port: " + acceptor.error().message};
  acceptor_ = std::make_unique<Tcp::acceptor>(std::move(*acceptor));
  return {};
}

void PeerLinks::start() {
  if (acceptor_) accept();
  for (const auto& peer : peers_) {
    if (peer->we_dial) dial(*peer);
  }
}

void PeerLinks::stop() {
  stopped_ = true;
  accept_retry_.cancel();
  error_code ignored;
  if (acceptor_) acceptor_->close(ignored);
  for (const auto& peer : peers_) {
    peer->retry->cancel();
    if (const auto connection = std::exchange(peer->connection, nullptr)) connection->close();
    if (const auto candidate = std::exchange(peer->candidate, nullptr)) candidate->close();
  }
}

void PeerLinks::send() {
  for (const auto& peer : peers_) {
    if (peer->connection && peer->session->has_output()) peer->connection->send();
  }
}

void PeerLinks::tell(const PeerAdvert& advert) {
  for (const auto& peer : peers_) {
    if (peer->connection) peer->connection->tell(advert);
  }
}

void PeerLinks::stand(const proto::PeerStanding& standing) {
  standing_ = std::make_shared<proto::PeerStanding>(standing);
  for (const auto& peer : peers_) {
    if (peer->connection) peer->connection->stand(standing_);
  }
}

void PeerLinks::accept() {
  acceptor_->async_accept([this](const error_code& error, Tcp::socket socket) {
    if (stopped_) return;
    if (error) {  // no descriptor left, most likely
      accept_retry_.expires_after(kRetry);
      accept_retry_.async_wait([this](const error_code& cancelled) {
        if (!cancelled && !stopped_) accept();
      });
      return;
    }
    error_code gone;
    const auto from = socket.remote_endpoint(gone);
    const auto address = base::IpAddress::parse(from.address().to_string());
    if (!gone && address) take(std::move(socket), *address);
    accept();
  });
}

// Only from a peer's address; what it says there decides who it is.
void PeerLinks::take(Tcp::socket socket, const base::IpAddress& from) {
  const auto found = std::ranges::find_if(
      peers_, [&](const auto& peer) { return !peer->we_dial && peer->node->has_address(from); });
  if (found != peers_.end()) return connect(**found, std::move(socket));
  ++strangers_;
  if (const auto kept_back = stranger_log_.pass(steady_clock::now())) {
    spdlog::warn(
        "peer-port: a connection from {} was refused, which is no node before this one; "
        "{} more since the last such line",
        from.to_string(), *kept_back);
  }
}

void PeerLinks::dial(Peer& peer) {
  auto socket = std::make_shared<Tcp::socket>(io_);
  const Tcp::endpoint to = to_asio({peer.node->address, cluster_.peer_port});
  // From the address by which the peer knows us, and not from a VIP.
  error_code failed;
  socket->open(to.protocol(), failed);
  const int yes = 1;
  ::setsockopt(socket->native_handle(), SOL_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  if (!failed) socket->bind(to_asio({self_.address, 0}), failed);
  if (failed) {
    peer.reason = "cannot use " + self_.address.to_string() + ": " + failed.message();
    return dial_later(peer);
  }
  socket->async_connect(to, [this, &peer, socket](const error_code& error) {
    if (stopped_) return;
    peer.retry->cancel();
    if (error) {
      if (peer.state != State::Refused) peer.reason = error.message();
      return dial_later(peer);
    }
    connect(peer, std::move(*socket));
  });
  // A SYN that nobody answers would be waited for much longer.
  peer.retry->expires_after(PeerConnection::kSilenceMax);
  peer.retry->async_wait([socket](const error_code& cancelled) {
    error_code ignored;
    if (!cancelled) socket->close(ignored);
  });
}

void PeerLinks::dial_later(Peer& peer) {
  peer.retry->expires_after(kRetry);
  peer.retry->async_wait([this, &peer](const error_code& cancelled) {
    if (!cancelled && !stopped_) dial(peer);
  });
}

void PeerLinks::connect(Peer& peer, Tcp::socket socket) {
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &kUserTimeoutMs,
               sizeof kUserTimeoutMs);
  if (const auto before = std::exchange(peer.candidate, nullptr)) before->close();
  const auto connection =
      std::make_shared<PeerConnection>(std::move(socket), *peer.tls, peer.we_dial, *peer.session);
  connection->set_handlers(
      {.on_established =
           [this, &peer] {
             if (const auto before = std::exchange(peer.connection, nullptr)) before->close();
             peer.connection = std::exchange(peer.candidate, nullptr);
             peer.connection->stand(standing_);
           },
       .on_change =
           [this, &peer] {
             if (peer.session->connected() && peer.state != State::Connected) {
               peer.state = State::Connected;
               peer.reason.clear();
               handlers_.on_event(peer.node->name, "connected");
             }
             handlers_.on_change();
           },
       .on_advert = [this, &peer](
                        const PeerAdvert& advert) { handlers_.on_advert(peer.node->name, advert); },
       .on_end = [this, &peer, raw = connection.get()](
                     const std::string& reason,
                     bool is_refusal) { ended(peer, raw, reason, is_refusal); }});
  peer.candidate = connection;
  connection->start();
}

void PeerLinks::ended(Peer& peer, const PeerConnection* connection, const std::string& reason,
                      bool is_refusal) {
  if (stopped_) return;
  const bool was_established = peer.connection.get() == connection;
  if (!was_established && peer.candidate.get() != connection) return;
  (was_established ? peer.connection : peer.candidate).reset();
  if (peer.connection) return;  // a candidate that failed took nobody's place
  const bool was_connected = peer.state == State::Connected;
  peer.state = is_refusal ? State::Refused : State::Connecting;
  peer.reason = reason;
  if (was_connected) {
    handlers_.on_event(peer.node->name, reason);
  } else if (const auto kept_back = peer.log.pass(steady_clock::now())) {
    spdlog::warn("peer {}: {} ({} more such lines since the last one)", peer.node->name, reason,
                 *kept_back);
  }
  if (peer.we_dial) dial_later(peer);
}

}  // namespace wslb::agent
