// How wslb speaks TLS to the servers of one `server ... ssl` line: whom it trusts, who it is, and
// the session that the next connection resumes.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "config/server.h"
#include "proxy/tls_connection.h"
#include "proxy/tls_context.h"

namespace wslb::proxy {

class TlsServerContext : public std::enable_shared_from_this<TlsServerContext> {
 public:
  // Null after an error was reported.
  [[nodiscard]] static std::shared_ptr<TlsServerContext> load(const config::Server& server,
                                                              config::Diagnostics& diagnostics);
  ~TlsServerContext();

  // The client's side of a handshake on that socket. `name`: the server is asked for it (SNI);
  // its certificate must be for `verifyhost`, else for this name.
  [[nodiscard]] std::unique_ptr<TlsConnection> connect(int fd, const std::string& name);

 private:
  explicit TlsServerContext(const config::ServerTls& tls) : tls_(tls) {}

  base::Result<void> prepare();
  void keep(SSL_SESSION* session, const std::string& name);
  static int on_session(SSL* ssl, SSL_SESSION* session);

  const config::ServerTls tls_;
  TlsContextPointer context_;
  std::mutex mutex_;
  SSL_SESSION* session_ = nullptr;  // the newest, under the mutex
  std::string session_name_;        // for which it was agreed on
};

}  // namespace wslb::proxy
