// The sticky stream to the agent (sticky.proto): gives it what changes in the stick tables that
// have `peers`, and takes what changed on other hosts, and, at the begin, everything that the agent
// kept while no proxy ran. One for the process, on the first worker; tables change on all of them,
// and each says so once until it was looked at. The servers' loads (ClusterLoad) travel along, ten
// times a second at most.
//
// Without an agent the tables go on alone. What changes meanwhile is noted for an agent that is
// back soon; after a while it is not, and pins of other hosts are void.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/generic/seq_packet_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/bytes.h"
#include "proto/sticky.pb.h"
#include "proxy/cluster_load.h"
#include "proxy/service.h"
#include "proxy/stick_table.h"

namespace wslb::proxy {

class StickyLink {
 public:
  using Protocol = boost::asio::generic::seq_packet_protocol;

  // `synced`: called each time that a new agent has given all it had.
  StickyLink(boost::asio::io_context& context, std::function<void()> synced);
  ~StickyLink();
  StickyLink(const StickyLink&) = delete;
  StickyLink& operator=(const StickyLink&) = delete;

  // Of the configuration in use.
  void set_service(const std::shared_ptr<const Service>& service);
  [[nodiscard]] bool has_tables() const { return !tables_.empty(); }

  // A stream from an agent; takes the descriptor.
  void start(int stream);
  void stop();  // the agent has gone

 private:
  struct Sent {
    std::uint64_t number = 0;  // of the packet
    std::shared_ptr<StickTable> table;
    std::uint64_t upto = 0;  // of the table's changes
  };

  void set_tables(const StickTables& tables);
  void follow(StickTable& table);
  void declare();
  void send();
  bool send_changes(std::size_t index);
  bool send_loads();
  void look_at_loads();
  bool transmit();
  void wait_for_room();
  void wait_for_packets();
  bool receive();
  bool take(base::ByteView packet);
  bool apply(const google::protobuf::RepeatedPtrField<proto::StickyRecord>& records, bool ended);
  void acknowledge(std::uint64_t number);
  void lose(const std::string& why);

  boost::asio::io_context& context_;
  std::function<void()> synced_;
  std::vector<std::shared_ptr<StickTable>> tables_;  // the stream's numbers of them; null: gone
  std::unique_ptr<Protocol::socket> socket_;         // null: no agent
  std::shared_ptr<std::atomic<bool>> called_ = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  boost::asio::steady_timer absence_;
  boost::asio::steady_timer load_timer_;
  ClusterLoad load_;
  std::string output_;  // a packet that the socket did not take
  bool waiting_ = false;
  std::uint64_t number_ = 0;
  std::deque<Sent> sent_;
  std::vector<stick::Record> records_;
};

}  // namespace wslb::proxy
