// The sticky tables of this agent: the hub, the links to the peers, the proxy's stream and the
// snapshot on disk, on a thread of their own, so that a resync of a million entries does not delay
// an advert. The agent's own thread starts and stops it, hands it the proxy's socket, and asks how
// things stand.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/file_descriptor.h"
#include "agent/haproxy_peers.h"
#include "agent/peer_links.h"
#include "agent/proxy_stream.h"
#include "agent/replica_store.h"
#include "agent/sticky/hub.h"
#include "agent/sticky_snapshot.h"
#include "base/result.h"
#include "config/config.h"
#include "proto/control.pb.h"

namespace wslb::agent {

class StickyService {
 public:
  struct PeerFigures {
    std::string kind;  // "node" or "haproxy"
    std::string node;
    std::string address;
    std::string state;  // "connected", "connecting" or "refused"
    std::string reason;
    double lag_ms = 0;
    std::uint64_t behind = 0;  // changes that it has not acknowledged
    bool config_differs = false;
    std::string version;  // of its wslb
    std::uint64_t repaired = 0;
    std::optional<proto::PeerStanding> standing{};  // as it says; nothing: it does not
    bool in_step = false;
  };
  struct Figures {
    std::vector<PeerFigures> peers;
    std::uint64_t entries = 0;
    std::uint64_t strangers = 0;
    std::uint64_t refused_entries = 0;
    bool proxy_connected = false;
    std::vector<proto::Status::Table> tables;
  };
  // Called on the sticky thread.
  struct Handlers {
    std::function<void(const std::string& peer, const std::string& text)> on_event;
    std::function<void(const std::string& peer, const PeerAdvert& advert)> on_advert;
  };

  // `snapshot`: path of the file in which the entries outlive both hosts' restarts.
  static base::Result<std::unique_ptr<StickyService>> open(const config::Config& config,
                                                           const std::string& self,
                                                           std::uint64_t config_digest,
                                                           std::string snapshot, Handlers handlers);
  StickyService(const config::Cluster& cluster, const std::string& self,
                std::uint64_t config_digest, std::string snapshot, Handlers handlers);
  ~StickyService();
  StickyService(const StickyService&) = delete;
  StickyService& operator=(const StickyService&) = delete;

  void start();
  void stop();  // writes the snapshot; returns when the thread has ended

  // To the peers: what this node advertised just now.
  void tell(const PeerAdvert& advert);
  // The proxy's end of a new stream; the agent keeps nothing of it.
  [[nodiscard]] base::Result<FileDescriptor> make_stream();
  [[nodiscard]] Figures figures() const;
  // `answer` is called on the sticky thread; never after stop().
  using TableAnswer = std::function<void(const base::Result<proto::TablePage>& page)>;
  void list(const proto::TableRequest& request, TableAnswer answer);
  // How this node stands, for the peers.
  void stand(const proto::PeerStanding& standing);

 private:
  base::Result<void> join_haproxies(const config::Config& config, const std::string& self);
  void run();
  void tick();
  void send_all();
  void replace_stream(FileDescriptor socket);
  void update_figures();
  void add_haproxies(Figures& figures) const;
  void add_tables(Figures& figures) const;
  void remember();
  void begin_save();
  void go_on_saving();
  void append_changes();

  const config::Cluster& cluster_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  sticky::Hub hub_;
  std::unique_ptr<PeerLinks> links_;
  std::vector<std::unique_ptr<ReplicaStore>> stores_;  // of the next, each
  std::vector<std::unique_ptr<HaproxyPeers>> haproxies_;
  std::unique_ptr<ProxyStream> stream_;
  std::string snapshot_;
  std::unique_ptr<SnapshotWriter> writer_;   // null: none is under way
  std::unique_ptr<SnapshotWriter> journal_;  // the last one that was completed; null: it failed
  sticky::Sequence saved_ = 0;
  base::TimePoint next_save_{};
  Handlers handlers_;
  boost::asio::steady_timer timer_;
  mutable std::mutex mutex_;
  Figures figures_;  // under the mutex
  std::thread thread_;
};

}  // namespace wslb::agent
