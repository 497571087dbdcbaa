// One client of ctl.sock or status.sock: reads a request, writes its response, and so on until the
// client leaves, stalls or sends garbage. Its memory is bounded: one request, one batch of
// responses. A follower of the events is never queued for; it reads on in the log when it can.
// Kept alive by its own pending operations; made by ControlServer.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/control_frame.h"
#include "agent/control_service.h"

namespace wslb::agent {

class ControlSession : public std::enable_shared_from_this<ControlSession> {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;

  // `place` is released when the session ends: the server counts its sessions by it.
  ControlSession(Socket socket, Access access, const ControlService& service,
                 std::shared_ptr<void> place);
  void start() { read(); }

 private:
  void read();
  void on_read(std::size_t bytes);
  void handle(const std::string& frame);
  void ask(const proto::ControlRequest& request, unsigned user = 0);
  void ask_as_writer(const proto::ControlRequest& request, const std::string& command);
  void handle_failover(const proto::FailoverRequest& request);
  void handle_reload(const proto::ReloadRequest& request);
  // Who asks; nothing: it was refused, since this socket may only read.
  std::optional<unsigned> writer(const std::string& command);
  void respond(const proto::ControlResponse& response);
  void refuse(const std::string& reason);
  void write(std::string bytes, void (ControlSession::*then)());
  void write_events();
  void watch_hang_up();
  void arm_deadline();
  void close();

  Socket socket_;
  boost::asio::steady_timer deadline_;  // of the read or write that is under way
  Access access_;
  const ControlService& service_;
  std::shared_ptr<void> place_;
  FrameReader reader_;
  std::array<char, 4096> input_{};
  std::string output_;
  // While the client reads events.
  std::uint64_t events_seq_ = 0;  // the last one that was written
  std::optional<EventLog::Follower> follower_;
  bool writing_ = false;
};

}  // namespace wslb::agent
