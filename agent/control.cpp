#include "agent/control.h"

#include <sys/socket.h>

#include "agent/control_session.h"
#include "agent/unix_listener.h"

namespace wslb::agent {
namespace {

constexpr mode_t kControlMode = 0660;
constexpr mode_t kStatusMode = 0666;
constexpr std::chrono::milliseconds kPause{100};

}  // namespace

base::Result<std::unique_ptr<ControlServer>> ControlServer::open(boost::asio::io_context& io,
                                                                 const std::string& socket_path,
                                                                 Access access,
                                                                 const ControlService& service) {
  const mode_t mode = access == Access::ReadOnly ? kStatusMode : kControlMode;
  auto listener = listen_unix(socket_path, SOCK_STREAM, mode);
  if (!listener) return listener.error();
  return std::make_unique<ControlServer>(io, std::move(*listener), access, service);
}

ControlServer::ControlServer(boost::asio::io_context& io, FileDescriptor listener, Access access,
                             const ControlService& service)
    : acceptor_(io, boost::asio::local::stream_protocol(), listener.release()),
      pause_(io),
      access_(access),
      service_(service) {
  accept();
}

void ControlServer::accept() {
  acceptor_.async_accept(
      [this](const boost::system::error_code& error, ControlSession::Socket client) {
        if (error == boost::asio::error::operation_aborted) return;
        if (error) {
          pause_.expires_after(kPause);
          pause_.async_wait([this](const boost::system::error_code& stopped) {
            if (!stopped) accept();
          });
          return;
        }
        // One share is the server's own.
        if (places_.use_count() <= kSessionsMax) {
          std::make_shared<ControlSession>(std::move(client), access_, service_, places_)->start();
        }
        accept();
      });
}

}  // namespace wslb::agent
