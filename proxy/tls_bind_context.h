// The certificates of one `bind ... ssl` line, and the choice among them by the name that a client
// asks for (SNI): that very name, else a wildcard, else the first certificate of the line, unless
// `strict-sni` forbids it.
//
// Immutable once loaded, so that a reload is the exchange of one pointer and connections that began
// with the old one keep it.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "proxy/tls_certificate.h"
#include "proxy/tls_connection.h"
#include "proxy/tls_context.h"

namespace wslb::proxy {

class TlsBindContext : public std::enable_shared_from_this<TlsBindContext> {
 public:
  // Reads all files of the line. Null after errors, all of which were reported.
  [[nodiscard]] static std::shared_ptr<const TlsBindContext> load(const config::Bind& bind,
                                                                  const config::GlobalTls& global,
                                                                  config::Diagnostics& diagnostics);

  // The server's side of a handshake on that socket.
  [[nodiscard]] std::unique_ptr<TlsConnection> accept(int fd) const;

 private:
  struct Entry {
    TlsContextPointer context;
    std::set<std::string> excluded;  // names that its wildcards are not for
  };

  TlsBindContext(const config::Bind& bind, const config::GlobalTls& global)
      : bind_(bind), tls_(bind_.tls), global_(global), alpn_(alpn_wire(tls_.alpn)) {}

  void load_all(config::Diagnostics& diagnostics);
  void load_path(const std::string& path, config::Diagnostics& diagnostics);
  void load_list(const std::string& path, config::Diagnostics& diagnostics);
  void add(const std::string& path, const std::vector<std::string>& filters,
           const config::Location& where, config::Diagnostics& diagnostics);
  base::Result<TlsContextPointer> make_context(const TlsCertificate& certificate);
  SSL_CTX* find(std::string_view name) const;

  static int on_name(SSL* ssl, int* alert, void* self);
  static int on_alpn(SSL* ssl, const unsigned char** out, unsigned char* out_size,
                     const unsigned char* in, unsigned in_size, void* self);

  const config::Bind bind_;
  const config::BindTls& tls_;
  const config::GlobalTls global_;
  const std::string alpn_;
  std::vector<std::unique_ptr<Entry>> entries_;  // the first is the default
  std::map<std::string, Entry*, std::less<>> exact_;
  std::map<std::string, Entry*, std::less<>> wildcards_;  // ".example.com" of "*.example.com"
};

}  // namespace wslb::proxy
