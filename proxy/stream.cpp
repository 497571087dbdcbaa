#include "proxy/stream.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/kept_client.h"

namespace wslb::proxy {

namespace asio = boost::asio;
using base::TimePoint;

namespace {

IoResult result_of(SocketWaiter::Outcome waited, std::size_t bytes = 0) {
  switch (waited) {
    case SocketWaiter::Outcome::Ready:
      return {IoStatus::Ok, bytes};
    case SocketWaiter::Outcome::Expired:
      return {IoStatus::Timeout, bytes};
    case SocketWaiter::Outcome::Refused:
      return {IoStatus::Error, bytes, ENOSPC};
    case SocketWaiter::Outcome::Cancelled:
      break;
  }
  return {IoStatus::Error, bytes, ECANCELED};
}

}  // namespace

Stream::Stream(const asio::any_io_executor& executor, int fd) : socket_(executor, fd) {}

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

ssize_t Stream::take(std::span<char> into, int flags) {
  if (tls_) return tls_->receive(into);
  if (socket_.readable) return ::recv(fd(), into.data(), into.size(), flags);
  errno = EAGAIN;
  return -1;
}

// It has emptied the socket (epoll(7)), or shown all that is there.
void Stream::note_short_read(std::size_t size, std::span<char> into) {
  if (!tls_ && size < into.size() && !socket_.hangup && !socket_.urgent) socket_.readable = false;
}

asio::awaitable<IoResult> Stream::receive(std::span<char> into, int flags, TimePoint deadline) {
  for (;;) {
    const ssize_t count = take(into, flags);
    if (count > 0) {
      const auto size = static_cast<std::size_t>(count);
      if (flags == 0) {
        received_ += size;
        note_short_read(size, into);
      }
      co_return IoResult{IoStatus::Ok, size};
    }
    if (count == 0) co_return IoResult{IoStatus::Eof};
    if (errno == EINTR) continue;
    if (errno != EAGAIN) co_return IoResult{IoStatus::Error, 0, errno};
    const IoResult waited = result_of(co_await wait_again(false, deadline));
    if (!waited.ok()) co_return waited;
  }
}

asio::awaitable<IoResult> Stream::look_ahead(InputBuffer& input, TimePoint deadline) {
  const std::size_t seen = shown_;
  input.consume(seen);  // and all of it again
  IoResult result;
  while (result.ok()) {
    const std::span<char> into = input.room();
    const ssize_t count = take(into, MSG_PEEK);
    if (count > static_cast<ssize_t>(seen)) {
      shown_ = static_cast<std::size_t>(count);
      note_short_read(shown_, into);
      kept_->look();
      result.bytes = shown_;
      break;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EAGAIN) {
      result = {IoStatus::Error, 0, errno};
    } else if (count == 0 || (count > 0 && socket_.hangup)) {  // there is no more to come
      result = {IoStatus::Eof};
    } else {
      result = result_of(co_await wait_again(false, deadline));
    }
  }
  input.commit(shown_);
  co_return result;
}

void Stream::commit() {
  if (kept_ != nullptr) kept_->commit();
  std::array<char, 4096> known;
  while (shown_ > 0) {
    const ssize_t count = ::recv(fd(), known.data(), std::min(shown_, known.size()), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {  // reset meanwhile: the next operation says so, too
      shown_ = 0;
      return;
    }
    shown_ -= static_cast<std::size_t>(count);
    received_ += static_cast<std::size_t>(count);
  }
}

IoResult Stream::write_some(std::string_view data) {
  commit();
  std::size_t written = 0;
  while (written < data.size()) {
    const std::string_view rest = data.substr(written);
    const ssize_t count =
        tls_ ? tls_->send(rest) : ::send(fd(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count > 0) {
      written += static_cast<std::size_t>(count);
      sent_ += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      return {IoStatus::Error, written, errno};
    }
  }
  return {IoStatus::Ok, written};
}

asio::awaitable<IoResult> Stream::write_all(std::string_view data, TimePoint deadline) {
  std::size_t written = 0;
  for (;;) {
    const IoResult some = write_some(data.substr(written));
    written += some.bytes;
    if (!some.ok() || written == data.size()) co_return IoResult{some.status, written, some.error};
    const IoResult waited = result_of(co_await wait_again(true, deadline), written);
    if (!waited.ok()) co_return waited;
  }
}

asio::awaitable<SocketWaiter::Outcome> Stream::wait_again(bool writing, TimePoint deadline) {
  const bool for_write = tls_ ? tls_->wants_write() : writing;
  (for_write ? socket_.writable : socket_.readable) = false;
  return socket_.wait(writing ? socket_.writer : socket_.reader, for_write, deadline);
}

asio::awaitable<IoResult> Stream::start_tls(std::unique_ptr<TlsConnection> tls,
                                            TimePoint deadline) {
  tls_ = std::move(tls);
  while (tls_->handshake() != 1) {
    if (errno == EINTR) continue;
    if (errno != EAGAIN) co_return IoResult{IoStatus::Error, 0, errno};
    const IoResult waited = result_of(co_await wait_again(true, deadline));
    if (!waited.ok()) co_return waited;
  }
  co_return IoResult{};
}

asio::awaitable<IoResult> Stream::connect(const SocketAddress& server, const base::Endpoint* source,
                                          TimePoint deadline) {
  if (source != nullptr) {
    const int one = 1;
    const bool any_port = source->port == 0;
    ::setsockopt(fd(), any_port ? IPPROTO_IP : SOL_SOCKET,
                 any_port ? IP_BIND_ADDRESS_NO_PORT : SO_REUSEADDR, &one, sizeof one);
    const SocketAddress from(*source);
    if (::bind(fd(), from.data(), from.size()) != 0) co_return IoResult{IoStatus::Error, 0, errno};
  }
  if (::connect(fd(), server.data(), server.size()) == 0) co_return IoResult{};
  if (errno != EINPROGRESS) co_return IoResult{IoStatus::Error, 0, errno};
  // A server on this host has answered by now.
  if (::connect(fd(), server.data(), server.size()) == 0) co_return IoResult{};
  if (errno != EALREADY) co_return IoResult{IoStatus::Error, 0, errno};
  const IoResult waited = result_of(co_await wait_again(true, deadline));
  if (!waited.ok() || !socket_.failed) co_return waited;
  int error = 0;
  socklen_t length = sizeof error;
  ::getsockopt(fd(), SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) co_return IoResult{IoStatus::Error, 0, error};
  co_return IoResult{};
}

void Stream::cancel() {
  socket_.cancel();
}

bool Stream::is_quiet() {
  if (tls_) return tls_->is_quiet();
  char byte = 0;
  const ssize_t count = ::recv(fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && errno == EAGAIN;
}

Stream::~Stream() {
  close();
}

base::Endpoint Stream::local_endpoint() const {
  return proxy::local_endpoint(fd());
}

int Stream::release() {
  return socket_.forget();
}

void Stream::shutdown_send() {
  commit();
  if (resets_on_close_) return;
  if (tls_) tls_->send_end();
  ::shutdown(fd(), SHUT_WR);
}

void Stream::reset_on_close() {
  resets_on_close_ = true;
  const linger abort{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
}

void Stream::close() {
  if (fd() < 0) return;
  if (tls_ && !resets_on_close_) tls_->send_end();
  if (kept_ != nullptr) return close_kept();
  ::close(socket_.forget());
}

// The vault's duplicate would keep the connection open.
void Stream::close_kept() {
  const int fd = socket_.forget();
  if (resets_on_close_) {
    reset_connection(fd);
  } else {
    ::shutdown(fd, SHUT_RDWR);
  }
  ::close(fd);
}

}  // namespace wslb::proxy
