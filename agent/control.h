// ctl.sock and status.sock: where wslbctl asks and commands. status.sock is for everybody and may
// only read; ctl.sock, for root and the group, may change things. So many clients at a time and no
// more, and few of them of one user at status.sock; the others are hung up on. Used by the wiring
// in main.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/control_service.h"
#include "agent/control_session.h"
#include "agent/file_descriptor.h"
#include "base/result.h"

namespace wslb::agent {

class ControlServer {
 public:
  static constexpr long kSessionsMax = 32;
  static constexpr long kUserSessionsMax = 4;  // at status.sock, but for root and our own user

  // `service` and its event log outlive the io_context, whose handlers hold the sessions.
  static base::Result<std::unique_ptr<ControlServer>> open(boost::asio::io_context& io,
                                                           const std::string& socket_path,
                                                           Access access,
                                                           const ControlService& service);
  ControlServer(boost::asio::io_context& io, FileDescriptor listener, Access access,
                const ControlService& service);

 private:
  void accept();
  [[nodiscard]] std::shared_ptr<void> find_place(ControlSession::Socket& client);

  boost::asio::local::stream_protocol::acceptor acceptor_;
  boost::asio::steady_timer pause_;  // after a failed accept, such as for want of descriptors
  Access access_;
  const ControlService& service_;
  using Places = std::shared_ptr<int>;  // one share for each session
  Places places_ = std::make_shared<int>();
  std::map<uid_t, Places> user_places_;
};

}  // namespace wslb::agent
