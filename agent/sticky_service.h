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

namespace wslb::agent {

class StickyService {
 public:
  struct PeerFigures {
    std::string node;
    std::string address;
    std::string state;  // "connected", "connecting" or "refused"
    std::string reason;
    double lag_ms = 0;
    std::uint64_t behind = 0;  // changes that it has not acknowledged
    bool config_differs = false;
    std::uint64_t repaired = 0;
  };
  struct TableFigures {
    std::string name;
    std::uint64_t entries = 0;
  };
  struct Figures {
    std::vector<PeerFigures> peers;
    std::uint64_t entries = 0;
    std::uint64_t strangers = 0;
    std::uint64_t refused_entries = 0;
    bool proxy_connected = false;
    std::vector<std::string> alarms;
  };
  // Called on the sticky thread: `kind`, subject and text of an event.
  using OnEvent = std::function<void(const std::string& subject, const std::string& text)>;

  // `snapshot`: path of the file in which the entries outlive both hosts' restarts.
  static base::Result<std::unique_ptr<StickyService>> open(const config::Config& config,
                                                           const std::string& self,
                                                           std::uint64_t config_digest,
                                                           std::string snapshot, OnEvent on_event);
  StickyService(const config::Cluster& cluster, const std::string& self,
                std::uint64_t config_digest, std::string snapshot, OnEvent on_event);
  ~StickyService();
  StickyService(const StickyService&) = delete;
  StickyService& operator=(const StickyService&) = delete;

  void start();
  void stop();  // writes the snapshot; returns when the thread has ended

  // The proxy's end of a new stream; the agent keeps nothing of it.
  [[nodiscard]] base::Result<FileDescriptor> make_stream();
  [[nodiscard]] Figures figures() const;

 private:
  base::Result<void> join_haproxies(const config::Config& config, const std::string& self);
  void run();
  void tick();
  void send_all();
  void replace_stream(FileDescriptor socket);
  void update_figures();
  void begin_save();
  void go_on_saving();

  const config::Cluster& cluster_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  sticky::Hub hub_;
  std::unique_ptr<PeerLinks> links_;
  std::vector<std::unique_ptr<ReplicaStore>> stores_;  // of the next, each
  std::vector<std::unique_ptr<HaproxyPeers>> haproxies_;
  std::unique_ptr<ProxyStream> stream_;
  std::string snapshot_;
  std::unique_ptr<SnapshotWriter> writer_;  // null: none is under way
  sticky::Sequence saved_ = 0;
  base::TimePoint next_save_{};
  OnEvent on_event_;
  boost::asio::steady_timer timer_;
  mutable std::mutex mutex_;
  Figures figures_;  // under the mutex
  std::thread thread_;
};

}  // namespace wslb::agent
