// The agent as a peer of real HAProxies: what they write into their stick tables reaches our store,
// what changes in ours reaches them. One of this for each `peers` section that names somebody who
// is no node of the cluster: the nodes have a link of their own. HAProxy's peers do not pass on
// what they have learned, so each host tells what its own proxy has changed, and every host must be
// in HAProxy's `peers` section. Everything here runs on the io_context it was given.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/haproxy_connection.h"
#include "agent/haproxy_store.h"
#include "agent/log_limiter.h"
#include "base/ip_address.h"
#include "base/result.h"
#include "config/config.h"

namespace wslb::agent {

class HaproxyPeers {
 public:
  struct Settings {
    std::string section;
    std::string us;  // our node's name, which is our peer name, too
    base::Endpoint listen;
    std::map<std::string, base::Endpoint> peers;  // without the nodes of the cluster
  };
  // Nothing: the section is not for us. A mistake in it is one of the operator.
  static base::Result<std::optional<Settings>> settings_of(const config::PeersSection& section,
                                                           const config::Cluster& cluster,
                                                           const std::string& node);

  // `store` outlives the io_context's handlers.
  static base::Result<std::unique_ptr<HaproxyPeers>> open(boost::asio::io_context& io,
                                                          Settings settings, HaproxyStore& store);
  HaproxyPeers(boost::asio::io_context& io, Settings settings, HaproxyStore& store,
               boost::asio::ip::tcp::acceptor acceptor);
  ~HaproxyPeers();
  HaproxyPeers(const HaproxyPeers&) = delete;
  HaproxyPeers& operator=(const HaproxyPeers&) = delete;

  // The store has news. Cheap, however often it is called.
  void wake();
  // It has other tables than before: what peers have said of new ones was lost on us, so one is
  // asked for everything.
  void learn_anew();

  struct Figures {
    std::string peer;
    base::Endpoint address;
    bool connected = false;
    std::string reason{};        // why it is not; empty: nothing is known yet
    std::uint64_t received = 0;  // entries, on all connections
    std::uint64_t behind = 0;    // changes that it has not acknowledged
  };
  [[nodiscard]] std::vector<Figures> figures() const;

 private:
  struct Peer {
    base::Endpoint address;
    std::shared_ptr<HaproxyConnection> connection;  // null: none, and `redial` is under way
    std::unique_ptr<boost::asio::steady_timer> redial;
    std::uint64_t acknowledged = 0;
    std::uint64_t received = 0;    // on earlier connections
    bool was_asked = false;        // for all it knows, since that was last wanted
    std::string last_complaint{};  // so that a peer that is away is one line in the log
  };

  void accept();
  void dial(const std::string& name);
  void dial_later(const std::string& name);
  void on_greeted(const std::shared_ptr<HaproxyConnection>& connection);
  void on_progress(HaproxyConnection& connection);
  void on_ended(HaproxyConnection& connection, const std::string& reason);
  static void take_leave(Peer& peer);
  void drop_stranger(HaproxyConnection& connection, const std::string& reason);
  void ask_somebody();
  [[nodiscard]] HaproxyConnection::Handlers handlers();
  [[nodiscard]] Peer* find(const HaproxyConnection& connection);

  boost::asio::io_context& io_;
  Settings settings_;
  HaproxyStore& store_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;  // after a failed accept
  std::map<std::string, Peer> peers_;
  std::vector<std::shared_ptr<HaproxyConnection>> strangers_;  // that have not said who they are
  bool lesson_wanted_ = true;
  bool awake_ = false;
  LogLimiter stranger_log_;
  std::shared_ptr<HaproxyPeers*> self_;  // for posted handlers: emptied by the destructor
};

}  // namespace wslb::agent
