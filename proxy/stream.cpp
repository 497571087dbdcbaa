#include "proxy/stream.h"

#include <cerrno>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/kept_client.h"

namespace wslb::proxy {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::TimePoint;

Stream::Stream(tcp::socket socket)
    : socket_(std::move(socket)), read_watchdog_(socket_), write_watchdog_(socket_) {}

asio::awaitable<IoResult> Stream::wait(tcp::socket::wait_type type, Watchdog& watchdog,
                                       TimePoint deadline) {
  watchdog.arm(deadline);
  const auto [error] = co_await socket_.async_wait(type, asio::as_tuple(asio::use_awaitable));
  watchdog.disarm();
  if (watchdog.fired()) co_return IoResult{IoStatus::Timeout};
  if (error) co_return IoResult{IoStatus::Error, 0, error.value()};
  co_return IoResult{};
}

void Stream::keep(KeptClient& kept) {
  kept_ = &kept;
  received_ = kept.received();
  sent_ = kept.sent();
}

asio::awaitable<IoResult> Stream::read(std::span<char> into, TimePoint deadline) {
  commit();
  return receive(into, 0, deadline);
}

asio::awaitable<IoResult> Stream::peek(std::span<char> into, TimePoint deadline) {
  return receive(into, MSG_PEEK, deadline);
}

asio::awaitable<IoResult> Stream::receive(std::span<char> into, int flags, TimePoint deadline) {
  for (;;) {
    const ssize_t count =
        tls_ ? tls_->receive(into) : ::recv(fd(), into.data(), into.size(), flags);
    if (count > 0) {
      if (flags == 0) received_ += static_cast<std::size_t>(count);
      co_return IoResult{IoStatus::Ok, static_cast<std::size_t>(count)};
    }
    if (count == 0) co_return IoResult{IoStatus::Eof};
    if (errno == EINTR) continue;
    if (errno != EAGAIN) co_return IoResult{IoStatus::Error, 0, errno};
    reading_ = true;
    const IoResult waited = co_await wait_again(false, deadline);
    reading_ = false;
    if (!waited.ok()) co_return waited;
  }
}

namespace {

void set_low_water(int fd, std::size_t bytes) {
  const int count = static_cast<int>(bytes);
  ::setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &count, sizeof count);
}

}  // namespace

// With something in the socket only its low-water mark makes the kernel tell of more.
asio::awaitable<IoResult> Stream::look_ahead(std::span<char> into, std::size_t seen,
                                             TimePoint deadline) {
  if (seen > 0) set_low_water(fd(), seen + 1);
  IoResult result;
  for (;;) {
    const ssize_t count = ::recv(fd(), into.data(), into.size(), MSG_PEEK);
    if (count > static_cast<ssize_t>(seen)) {
      shown_ = result.bytes = static_cast<std::size_t>(count);
      kept_->look();
      break;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EAGAIN) {
      result = {IoStatus::Error, 0, errno};
      break;
    }
    if (count == 0 || (count > 0 && has_hung_up())) {
      result = {IoStatus::Eof};
      break;
    }
    result = co_await wait(tcp::socket::wait_read, read_watchdog_, deadline);
    if (!result.ok()) break;
  }
  if (seen > 0) set_low_water(fd(), 1);
  co_return result;
}

bool Stream::has_hung_up() {
  pollfd asked{.fd = fd(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&asked, 1, 0) > 0;
}

void Stream::commit() {
  if (kept_ != nullptr) kept_->commit();
  while (shown_ > 0) {
    const ssize_t count = ::recv(fd(), nullptr, shown_, MSG_TRUNC);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {  // reset meanwhile: the next operation says so, too
      shown_ = 0;
      return;
    }
    shown_ -= static_cast<std::size_t>(count);
    received_ += static_cast<std::size_t>(count);
  }
}

asio::awaitable<IoResult> Stream::write_all(std::string_view data, TimePoint deadline) {
  commit();
  std::size_t written = 0;
  while (written < data.size()) {
    const std::string_view rest = data.substr(written);
    const ssize_t count =
        tls_ ? tls_->send(rest) : ::send(fd(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count > 0) {
      written += static_cast<std::size_t>(count);
      sent_ += static_cast<std::size_t>(count);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) co_return IoResult{IoStatus::Error, written, errno};
    IoResult waited = co_await wait_again(true, deadline);
    waited.bytes = written;
    if (!waited.ok()) co_return waited;
  }
  co_return IoResult{IoStatus::Ok, written};
}

asio::awaitable<IoResult> Stream::wait_again(bool writing, TimePoint deadline) {
  const bool for_write = tls_ ? tls_->wants_write() : writing;
  return wait(for_write ? tcp::socket::wait_write : tcp::socket::wait_read,
              writing ? write_watchdog_ : read_watchdog_, deadline);
}

asio::awaitable<IoResult> Stream::start_tls(std::unique_ptr<TlsConnection> tls,
                                            TimePoint deadline) {
  tls_ = std::move(tls);
  while (tls_->handshake() != 1) {
    if (errno == EINTR) continue;
    if (errno != EAGAIN) co_return IoResult{IoStatus::Error, 0, errno};
    const IoResult waited = co_await wait_again(true, deadline);
    if (!waited.ok()) co_return waited;
  }
  co_return IoResult{};
}

asio::awaitable<IoResult> Stream::connect(const SocketAddress& server, const base::Endpoint* source,
                                          TimePoint deadline) {
  if (source != nullptr) {
    const int one = 1;
    const bool any_port = source->port == 0;
    ::setsockopt(socket_.native_handle(), any_port ? IPPROTO_IP : SOL_SOCKET,
                 any_port ? IP_BIND_ADDRESS_NO_PORT : SO_REUSEADDR, &one, sizeof one);
    const SocketAddress from(*source);
    if (::bind(socket_.native_handle(), from.data(), from.size()) != 0) {
      co_return IoResult{IoStatus::Error, 0, errno};
    }
  }
  if (::connect(socket_.native_handle(), server.data(), server.size()) == 0) co_return IoResult{};
  if (errno != EINPROGRESS) co_return IoResult{IoStatus::Error, 0, errno};
  const IoResult waited = co_await wait(tcp::socket::wait_write, write_watchdog_, deadline);
  if (!waited.ok()) co_return waited;
  int error = 0;
  socklen_t length = sizeof error;
  ::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) co_return IoResult{IoStatus::Error, 0, error};
  co_return IoResult{};
}

void Stream::extend_read(TimePoint deadline) {
  if (reading_) read_watchdog_.arm(deadline);
}

void Stream::cancel() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

bool Stream::is_quiet() {
  if (tls_) return tls_->is_quiet();
  char byte = 0;
  const ssize_t count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && errno == EAGAIN;
}

Stream::~Stream() {
  close();
}

base::Endpoint Stream::local_endpoint() {
  return proxy::local_endpoint(socket_.native_handle());
}

int Stream::release() {
  read_watchdog_.disarm();
  write_watchdog_.disarm();
  return socket_.release();
}

void Stream::shutdown_send() {
  commit();
  if (resets_on_close_) return;
  if (tls_) tls_->send_end();
  boost::system::error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void Stream::reset_on_close() {
  resets_on_close_ = true;
  // Past Asio, which takes back what it knows of lingering when a socket is destroyed.
  const linger abort{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
}

void Stream::close() {
  if (tls_ && !resets_on_close_ && socket_.is_open()) tls_->send_end();
  if (kept_ != nullptr && socket_.is_open()) return close_kept();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

// The vault's duplicate would keep the connection open, and the socket in Asio's set.
void Stream::close_kept() {
  const int fd = socket_.release();
  if (resets_on_close_) {
    reset_connection(fd);
  } else {
    ::shutdown(fd, SHUT_RDWR);
  }
  ::close(fd);
}

}  // namespace wslb::proxy
