// The links to all peer agents. Of two nodes the one that the configuration names first dials,
// again and again; the other listens on its own address, for its peers' addresses alone. One
// connection to each: a new one that has shaken hands takes the place of an old one. Used by
// StickyService, on the sticky thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/log_limiter.h"
#include "agent/peer_connection.h"
#include "agent/peer_tls.h"
#include "agent/sticky/hub.h"
#include "base/result.h"
#include "config/cluster.h"

namespace wslb::agent {

class PeerLinks {
 public:
  using Tcp = boost::asio::ip::tcp;

  enum class State : std::uint8_t { Connecting, Connected, Refused };

  struct Peer {
    const config::Node* node = nullptr;
    bool we_dial = false;
    sticky::PeerSession* session = nullptr;
    std::unique_ptr<PeerTls> tls;
    std::shared_ptr<PeerConnection> connection;  // null: none
    std::shared_ptr<PeerConnection> candidate;   // has not shaken hands yet
    std::unique_ptr<boost::asio::steady_timer> retry;
    State state = State::Connecting;
    std::string reason;  // why it is not connected
    LogLimiter log;
  };

  struct Handlers {
    std::function<void()> on_change;  // something was received
    std::function<void(const std::string& node, const std::string& text)> on_event;
    std::function<void(const std::string& node, const PeerAdvert& advert)> on_advert;
  };

  static base::Result<std::unique_ptr<PeerLinks>> open(boost::asio::io_context& io,
                                                       const config::Cluster& cluster,
                                                       const std::string& self, sticky::Hub& hub,
                                                       Handlers handlers);
  PeerLinks(boost::asio::io_context& io, const config::Cluster& cluster, const config::Node& self,
            sticky::Hub& hub, Handlers handlers);

  void start();
  void stop();
  void send();  // whatever the sessions have
  void tell(const PeerAdvert& advert);
  // How this node stands: with the next beats.
  void stand(const proto::PeerStanding& standing);

  [[nodiscard]] const std::vector<std::unique_ptr<Peer>>& peers() const { return peers_; }
  [[nodiscard]] std::uint64_t strangers() const { return strangers_; }  // connections refused

 private:
  base::Result<void> add(const config::Node& node, bool we_dial);
  base::Result<void> listen();
  void accept();
  void take(Tcp::socket socket, const base::IpAddress& from);
  void dial(Peer& peer);
  void dial_later(Peer& peer);
  void connect(Peer& peer, Tcp::socket socket);
  void ended(Peer& peer, const PeerConnection* connection, const std::string& reason,
             bool is_refusal);

  boost::asio::io_context& io_;
  const config::Cluster& cluster_;
  const config::Node& self_;
  sticky::Hub& hub_;
  Handlers handlers_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::unique_ptr<Tcp::acceptor> acceptor_;  // null: we dial everybody
  boost::asio::steady_timer accept_retry_;
  LogLimiter stranger_log_;
  std::uint64_t strangers_ = 0;
  std::shared_ptr<const proto::PeerStanding> standing_;
  bool stopped_ = false;
};

}  // namespace wslb::agent
