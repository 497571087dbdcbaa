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

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/ip_address.h"
#include "base/time.h"
#include "proxy/socket_address.h"
#include "proxy/tls_connection.h"
#include "proxy/watchdog.h"

namespace wslb::proxy {

enum class IoStatus : std::uint8_t { Ok, Eof, Timeout, Error };

struct IoResult {
  IoStatus status = IoStatus::Ok;
  std::size_t bytes = 0;  // read or written before the status came about
  int error = 0;          // errno where status is Error

  [[nodiscard]] bool ok() const { return status == IoStatus::Ok; }
};

class Stream {
 public:
  // Takes over a non-blocking socket.
  explicit Stream(boost::asio::ip::tcp::socket socket);
  Stream(Stream&&) = delete;
  ~Stream();

  // At least one byte, or the reason why there is none.
  boost::asio::awaitable<IoResult> read(std::span<char> into, base::TimePoint deadline);
  // The same, but the bytes stay in the socket for the next read.
  boost::asio::awaitable<IoResult> peek(std::span<char> into, base::TimePoint deadline);
  boost::asio::awaitable<IoResult> write_all(std::string_view data, base::TimePoint deadline);

  // Starts a connection, from `source` if given (port 0: the kernel chooses it late, so that one
  // source address is not limited to 64k connections to all servers together).
  boost::asio::awaitable<IoResult> connect(const SocketAddress& server,
                                           const base::Endpoint* source, base::TimePoint deadline);

  // From now on what is read and written is inside of TLS.
  boost::asio::awaitable<IoResult> start_tls(std::unique_ptr<TlsConnection> tls,
                                             base::TimePoint deadline);
  [[nodiscard]] const TlsConnection* tls() const { return tls_.get(); }
  [[nodiscard]] int fd() { return socket_.native_handle(); }

  // Moves the deadline of a read() that is waiting, as traffic the other way does.
  void extend_read(base::TimePoint deadline);

  // Wakes up whoever waits in read() or write_all(), with an error.
  void cancel();

  // True while the connection is idle and good: no byte, no end and no error is waiting.
  [[nodiscard]] bool is_quiet();

  [[nodiscard]] base::Endpoint local_endpoint();

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

  [[nodiscard]] boost::asio::any_io_executor executor() { return socket_.get_executor(); }

 private:
  boost::asio::awaitable<IoResult> receive(std::span<char> into, int flags,
                                           base::TimePoint deadline);
  // Until the kernel can do what the operation failed of.
  boost::asio::awaitable<IoResult> wait_again(bool writing, base::TimePoint deadline);
  boost::asio::awaitable<IoResult> wait(boost::asio::ip::tcp::socket::wait_type type,
                                        Watchdog& watchdog, base::TimePoint deadline);

  boost::asio::ip::tcp::socket socket_;
  Watchdog read_watchdog_;
  Watchdog write_watchdog_;
  std::unique_ptr<TlsConnection> tls_;
  bool reading_ = false;  // a read() waits
  bool resets_on_close_ = false;
};

}  // namespace wslb::proxy
