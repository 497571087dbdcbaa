// Where all that an operator asks and orders comes together: what ctl.sock and status.sock answer,
// and what the peers are told of how this node stands. Used by the wiring in main, on the agent's
// one thread.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/control.h"
#include "agent/control_service.h"
#include "agent/drain_note.h"
#include "agent/event_log.h"
#include "agent/local_proxy.h"
#include "agent/run_dir.h"
#include "agent/runner.h"
#include "agent/sticky_service.h"
#include "base/result.h"

namespace wslb::agent {

class ControlDesk {
 public:
  // All of it outlives the desk, and the desk the sessions.
  struct World {
    boost::asio::io_context& io;
    std::string cluster;
    EventLog& events;
    DrainNote& drain_note;
    Runner& runner;
    LocalProxy& proxy;
    StickyService& sticky;
  };

  static base::Result<std::unique_ptr<ControlDesk>> open(const World& world, const RunDir& run_dir);
  explicit ControlDesk(const World& world);

  // Tells the peers now and then, and whenever something happens.
  void start();

  [[nodiscard]] proto::Status status() const;
  // Of the log, the last ones at most.
  [[nodiscard]] std::vector<proto::Event> last_events(std::size_t most) const;
  using StatusAnswer = std::function<void(const proto::Status& status)>;
  // With the proxy's traffic, where it tells it in time.
  void status_with_traffic(const StatusAnswer& answer);

 private:
  using Answer = ControlService::Answer;

  void ask(const proto::ControlRequest& request, unsigned user, const Answer& answer);
  void ask_proxy(const proto::ProxyQuestion& question, const Answer& answer);
  void list_table(const proto::TableRequest& request, const Answer& answer);
  [[nodiscard]] proto::ControlResponse drain(bool on, unsigned user);
  [[nodiscard]] core::CommandResult failover(const proto::FailoverRequest& request);
  void tell_peers();
  void tell_peers_soon();
  void tell_peers_later();

  World world_;
  std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
  ControlService service_;
  std::vector<std::unique_ptr<ControlServer>> servers_;
  std::unique_ptr<EventLog::Follower> follower_;
  boost::asio::steady_timer timer_;
  bool about_to_tell_ = false;
};

}  // namespace wslb::agent
