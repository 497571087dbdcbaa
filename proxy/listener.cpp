#include "proxy/listener.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <boost/asio/post.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include "proxy/socket_address.h"

namespace wslb::proxy {

namespace asio = boost::asio;

namespace {

// Then other work of this thread gets its turn.
constexpr int kAcceptsPerTurn = 64;

}  // namespace

Listener::Listener(Service& service, Frontend& frontend, const config::Bind& bind, int fd,
                   Workers& workers, StartSession start)
    : service_(service),
      frontend_(frontend),
      bind_(bind),
      gate_(bind.maxconn.value_or(ConnectionGate::kUnlimited)),
      socket_(workers.front()->context, fd),
      retry_(workers.front()->context),
      workers_(workers),
      start_(std::move(start)) {
  wait();
}

void Listener::resume() {
  if (!paused_.exchange(false)) return;
  asio::post(socket_.get_executor(), [this] {
    if (socket_.is_open()) wait();
  });
}

void Listener::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Listener::pause() {
  disabled_ = true;
  retry_.cancel();
  boost::system::error_code ignored;
  socket_.cancel(ignored);
  // The kernel forgets those who wait and refuses who comes. A unix socket could not be opened
  // again, so there they wait.
  if (bind_.unix_path.empty()) ::shutdown(socket_.native_handle(), SHUT_RD);
}

void Listener::accept_again() {
  disabled_ = false;
  if (bind_.unix_path.empty()) ::listen(socket_.native_handle(), SOMAXCONN);
  wait();
}

void Listener::wait() {
  if (waiting_ || disabled_ || !socket_.is_open()) return;
  waiting_ = true;
  socket_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [this](const boost::system::error_code& error) {
                       waiting_ = false;
                       error ? wait() : accept_all();
                     });
}

void Listener::accept_all() {
  for (int turn = 0; turn < kAcceptsPerTurn; ++turn) {
    const ConnectionLease::Gates gates{&service_.gate, &frontend_.gate, &gate_};
    ConnectionLease lease(gates, service_.on_connection_end);
    if (!lease.held()) {
      // A connection may have ended since; whoever ends after this line calls resume().
      paused_ = true;
      if (!ConnectionLease(gates, service_.on_connection_end).held()) return;
      continue;
    }
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    const int fd = ::accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&peer), &length,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      hand_over(fd, SocketAddress::to_endpoint(peer), std::move(lease));
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != ECONNABORTED && errno != EPERM && errno != EPROTO && errno != EINTR) {
      spdlog::warn("frontend {}: cannot accept: {}; raise the limit of open files or lower maxconn",
                   frontend_.section.name, std::strerror(errno));
      return accept_later();
    }
    // What is left, such as EPERM from a firewall, is that one client's misfortune.
  }
  wait();
}

// The kernel has no event for "a descriptor is free again".
void Listener::accept_later() {
  retry_.expires_after(std::chrono::milliseconds(100));
  retry_.async_wait([this](const boost::system::error_code& error) {
    if (!error) wait();
  });
}

void Listener::hand_over(int fd, const base::Endpoint& address, ConnectionLease lease) {
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  const config::ProxyOptions& options = frontend_.section.options;
  if (options.tcpka || options.clitcpka) {
    ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
  }
  Worker& worker = **std::ranges::min_element(
      workers_, {}, [](const std::unique_ptr<Worker>& each) { return each->connections.load(); });
  ++worker.connections;
  asio::post(worker.context, [this, &worker,
                              client =
                                  AcceptedClient{fd, address, std::move(lease), &bind_}]() mutable {
    try {
      start_(worker, frontend_, std::move(client));
    } catch (const std::exception& error) {  // no memory, no place in epoll
      --worker.connections;
      spdlog::error("frontend {}: a client was dropped: {}", frontend_.section.name, error.what());
    }
  });
}

}  // namespace wslb::proxy
