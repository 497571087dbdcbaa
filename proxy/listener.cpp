#include "proxy/listener.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include "proxy/listener_set.h"
#include "proxy/listening_socket.h"
#include "proxy/socket_address.h"
#include "proxy/tunnel_facts.h"

namespace wslb::proxy {

namespace asio = boost::asio;

namespace {

// Then other work of this thread gets its turn.
constexpr int kAcceptsPerTurn = 64;

// What lies inside of TLS is of no use to another process, and the counters of a unix socket tell
// nothing.
bool keeps_clients(const Service& service, const config::Bind& bind) {
  return service.process.vault != nullptr && !bind.tls.enabled && !listener_name(bind).empty();
}

}  // namespace

Listener::Listener(int fd, Workers& workers, StartSession start)
    : fd_(fd),
      gate_(std::make_shared<ConnectionGate>(ConnectionGate::kUnlimited)),
      socket_(workers.front()->context, fd),
      retry_(workers.front()->context),
      workers_(workers),
      start_(start) {}

void Listener::serve(std::shared_ptr<Service> service, const OpenBind& open) {
  service_ = std::move(service);
  frontend_ = service_->find_frontend(open.section->name);
  bind_ = open.bind;
  gate_->set_max(bind_->maxconn.value_or(ConnectionGate::kUnlimited));
  facts_ = keeps_clients(*service_, *bind_) ? write_client_facts(open.section->name, *bind_) : "";
  next_ = {};
  if (!disabled_) adjust_listening_socket(fd_, *bind_, open.backlog);
  // What an operator wants of a frontend holds for all that it gets.
  const bool paused = frontend_->state == Frontend::State::Paused;
  if (paused && !disabled_) return pause();
  if (!paused && disabled_) return accept_again();
  full_ = false;
  wait();
}

void Listener::resume() {
  if (std::exchange(full_, false)) wait();
}

void Listener::close() {
  // The vault's duplicate would go on listening.
  const bool ours = service_->process.vault != nullptr && !bind_->inherited_fd;
  if (ours && bind_->unix_path.empty() && is_open()) ::shutdown(fd_, SHUT_RD);
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Listener::rest() {
  disabled_ = true;
  retry_.cancel();
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Listener::pause() {
  rest();
  // The kernel forgets those who wait and refuses who comes. A unix socket could not be opened
  // again, so there they wait.
  if (bind_->unix_path.empty()) ::shutdown(socket_.native_handle(), SHUT_RD);
}

void Listener::accept_again() {
  disabled_ = false;
  if (bind_->unix_path.empty()) ::listen(socket_.native_handle(), SOMAXCONN);
  wait();
}

void Listener::wait() {
  if (waiting_ || disabled_ || full_ || !socket_.is_open()) return;
  waiting_ = true;
  socket_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       self->waiting_ = false;
                       error ? self->wait() : self->accept_all();
                     });
}

ConnectionLease Listener::enter() const {
  ProcessState& process = service_->process;
  const std::shared_ptr<ConnectionGate> of_process(std::shared_ptr<void>(), &process.gate);
  const std::shared_ptr<ConnectionGate> of_frontend(frontend_->figures, &frontend_->gate);
  return {{of_process, of_frontend, gate_}, process.on_connection_end};
}

void Listener::accept_all() {
  for (int turn = 0; turn < kAcceptsPerTurn; ++turn) {
    ConnectionLease lease = enter();
    if (!lease.held()) {
      // A connection may have ended since; whoever ends after this line looks for who waits.
      service_->process.full = true;
      full_ = !enter().held();
      if (full_) return;
      continue;
    }
    if (!next_ && !facts_.empty()) next_ = KeptClient::prepare(*service_->process.vault, facts_);
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    const int fd = ::accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&peer), &length,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      if (next_) next_.accepted(fd);
      hand_over(fd, SocketAddress::to_endpoint(peer), std::move(lease), std::exchange(next_, {}));
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != ECONNABORTED && errno != EPERM && errno != EPROTO && errno != EINTR) {
      spdlog::warn("frontend {}: cannot accept: {}; raise the limit of open files or lower maxconn",
                   frontend_->section.name, std::strerror(errno));
      return accept_later();
    }
    // What is left, such as EPERM from a firewall, is that one client's misfortune.
  }
  wait();
}

// The kernel has no event for "a descriptor is free again".
void Listener::accept_later() {
  retry_.expires_after(std::chrono::milliseconds(100));
  retry_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error) self->wait();
  });
}

void Listener::hand_over(int fd, const base::Endpoint& address, ConnectionLease lease,
                         KeptClient kept) {
  const config::ProxyOptions& options = frontend_->section.options;
  if (options.tcpka || options.clitcpka) {
    const int one = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
  }
  Worker& worker = **std::ranges::min_element(
      workers_, {}, [](const std::unique_ptr<Worker>& each) { return each->connections.load(); });
  ++worker.connections;
  AcceptedClient accepted{fd,        address, std::move(lease), service_,
                          frontend_, bind_,   std::move(kept),  std::nullopt};
  // After what has happened so far: who has just left does not count beside who comes.
  asio::post(worker.context, [start = start_, &worker, client = std::move(accepted)]() mutable {
    start(worker, std::move(client));
  });
}

}  // namespace wslb::proxy
