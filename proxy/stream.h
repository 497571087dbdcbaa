// One TCP connection of a session, with a deadline on every operation: the client's side or the
// server's. Reads and writes go to the socket at once and wait only when the kernel says so.
//
// One reader and one writer at a time, on the thread of the executor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/ip_address.h"
#include "base/time.h"
#include "proxy/input_buffer.h"
#include "proxy/socket_address.h"
#include "proxy/socket_events.h"
#include "proxy/tls_connection.h"

namespace wslb::proxy {

enum class IoStatus : std::uint8_t { Ok, Eof, Timeout, Error };

struct IoResult {
  IoStatus status = IoStatus::Ok;
  std::size_t bytes = 0;  // read or written before the status came about
  int error = 0;          // errno where status is Error

  [[nodiscard]] bool ok() const { return status == IoStatus::Ok; }
};

class KeptClient;

class Stream {
 public:
  // Takes over a non-blocking socket.
  Stream(const boost::asio::any_io_executor& executor, int fd);
  Stream(Stream&&) = delete;
  ~Stream();

  // At least one byte, or the reason why there is none.
  boost::asio::awaitable<IoResult> read(std::span<char> into, base::TimePoint deadline);
  // The same, but the bytes stay in the socket for the next read.
  boost::asio::awaitable<IoResult> peek(std::span<char> into, base::TimePoint deadline);
  // What is in the socket, as soon as it is more than the last time, into `input`, which has
  // nothing but that. It stays in the socket until commit().
  boost::asio::awaitable<IoResult> look_ahead(InputBuffer& input, base::TimePoint deadline);
  [[nodiscard]] std::size_t shown() const { return shown_; }
  // Takes out what look_ahead() has shown, and tells the vault that it is dealt with from now on.
  // read() and the writes begin with it.
  void commit();
  boost::asio::awaitable<IoResult> write_all(std::string_view data, base::TimePoint deadline);
  // What goes out without waiting: all of it, as a rule.
  IoResult write_some(std::string_view data);

  // Starts a connection, from `source` if given (port 0: the kernel chooses it late, so that one
  // source address is not limited to 64k connections to all servers together).
  boost::asio::awaitable<IoResult> connect(const SocketAddress& server,
                                           const base::Endpoint* source, base::TimePoint deadline);

  // From now on what is read and written is inside of TLS.
  boost::asio::awaitable<IoResult> start_tls(std::unique_ptr<TlsConnection> tls,
                                             base::TimePoint deadline);
  [[nodiscard]] const TlsConnection* tls() const { return tls_.get(); }
  [[nodiscard]] int fd() const { return socket_.fd(); }

  // Bytes since the connection began, in clear text.
  [[nodiscard]] std::uint64_t received() const { return received_; }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }

  // The vault has a duplicate of the socket, which may have served a process before this one.
  // `kept` outlives its last use here.
  void keep(KeptClient& kept);

  // Moves the deadline of a read() that is waiting, as traffic the other way does.
  [[nodiscard]] bool is_reading() const { return socket_.reader.waits(); }
  void extend_read(base::TimePoint deadline) { socket_.reader.set_deadline(deadline); }

  // Wakes up whoever waits in read() or write_all(), with an error.
  void cancel();

  // True while the connection is idle and good: no byte, no end and no error is waiting.
  [[nodiscard]] bool is_quiet();
  // The same as far as epoll has said, which costs no system call.
  [[nodiscard]] bool seems_quiet() {
    return tls_ || !socket_.is_known() ? is_quiet() : !socket_.readable;
  }

  [[nodiscard]] base::Endpoint local_endpoint() const;

  // Gives the descriptor away; this object is of no use afterwards.
  [[nodiscard]] int release();
  // Before that: what speaks TLS on it, or null.
  [[nodiscard]] std::unique_ptr<TlsConnection> release_tls() { return std::move(tls_); }

  // Sends a FIN, in TLS a close_notify before it, unless the connection is to end with a reset.
  void shutdown_send();

  // Ends with a reset instead of a FIN when closed, so that the peer cannot mistake it for an end.
  void reset_on_close();
  [[nodiscard]] bool resets_on_close() const { return resets_on_close_; }
  void close();

  [[nodiscard]] boost::asio::any_io_executor executor() { return socket_.events().executor(); }

 private:
  boost::asio::awaitable<IoResult> receive(std::span<char> into, int flags,
                                           base::TimePoint deadline);
  // recv(), but for a socket that is known to have nothing.
  ssize_t take(std::span<char> into, int flags);
  void note_short_read(std::size_t size, std::span<char> into);
  void close_kept();
  // After EAGAIN: until the kernel can do what the operation failed of.
  boost::asio::awaitable<SocketWaiter::Outcome> wait_again(bool writing, base::TimePoint deadline);

  WatchedSocket socket_;
  std::unique_ptr<TlsConnection> tls_;
  KeptClient* kept_ = nullptr;  // null: it is not kept
  std::uint64_t received_ = 0;
  std::uint64_t sent_ = 0;
  std::size_t shown_ = 0;  // by look_ahead(), and still in the socket
  bool resets_on_close_ = false;
};

}  // namespace wslb::proxy
