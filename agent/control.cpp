#include "agent/control.h"

#include <sys/socket.h>
#include <unistd.h>

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
        if (auto place = find_place(client)) {
          std::make_shared<ControlSession>(std::move(client), access_, service_, std::move(place))
              ->start();
        }
        accept();
      });
}

// Null: there are too many already. One share of each count is the server's own.
std::shared_ptr<void> ControlServer::find_place(ControlSession::Socket& client) {
  if (places_.use_count() > kSessionsMax) return nullptr;
  ucred peer{};
  socklen_t length = sizeof peer;
  if (::getsockopt(client.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) {
    return nullptr;
  }
  if (access_ == Access::ReadWrite || peer.uid == 0 || peer.uid == ::geteuid()) return places_;
  std::erase_if(user_places_, [](const auto& user) { return user.second.use_count() == 1; });
  Places& user = user_places_[peer.uid];
  if (!user) user = std::make_shared<int>();
  if (user.use_count() > kUserSessionsMax) return nullptr;
  return std::make_shared<std::pair<Places, Places>>(places_, user);
}

}  // namespace wslb::agent
