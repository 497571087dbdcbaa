// TLS on one non-blocking socket, with the manners of recv() and send(): bytes, or -1 and errno.
// EAGAIN means that wants_write() tells what to wait for, which is not always what was asked for.
// Stream uses it under a session's coroutines, Tunnel under the engine's events.
//
// One thread only. The socket is somebody else's.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <openssl/ssl.h>
#include <sys/types.h>

namespace wslb::proxy {

// What was agreed on, for samples and logs.
struct TlsFacts {
  std::string sni;       // the name that the client asked for; empty: none
  std::string protocol;  // "TLSv1.3"
  std::string cipher;
  std::string alpn;
  std::string session_id;  // bytes; empty: none
  bool resumed = false;
};

class TlsConnection {
 public:
  // Takes over `ssl`, which knows its side, and keeps `context` alive for its callbacks.
  TlsConnection(SSL* ssl, int fd, std::shared_ptr<const void> context);

  // 1 when done, else -1 and errno.
  int handshake();

  // 0: the peer said that it ends, by a close_notify.
  ssize_t receive(std::span<char> into);
  ssize_t send(std::string_view data);

  // Tells the peer that nothing more comes. False: not yet (EAGAIN).
  bool send_end();

  [[nodiscard]] bool wants_write() const { return wants_write_; }
  // The last error was an end of the connection without a close_notify: cut off, by whomever.
  [[nodiscard]] bool truncated() const { return truncated_; }
  // No byte, no end and no error is waiting.
  [[nodiscard]] bool is_quiet();

  [[nodiscard]] TlsFacts facts() const;
  // Why the last operation failed, in OpenSSL's words.
  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  int fail(int result);

  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  std::shared_ptr<const void> context_;
  std::unique_ptr<SSL, Free> ssl_;
  bool wants_write_ = false;
  bool truncated_ = false;
  bool end_sent_ = false;
  std::string reason_;
};

}  // namespace wslb::proxy
