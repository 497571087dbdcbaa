// An OpenSSL context as wslb sets all of them up: versions, ciphers, authorities, what is offered.
// Errors are one line for the operator, OpenSSL's own reason included.
#pragma once

#include <memory>
#include <string>

#include <openssl/ssl.h>

#include "base/result.h"
#include "config/tls.h"

namespace wslb::proxy {

struct TlsContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContextPointer = std::unique_ptr<SSL_CTX, TlsContextDeleter>;

// OpenSSL's reason for the failure that just happened; forgets it.
[[nodiscard]] std::string tls_reason();

// What both sides share. `method`: TLS_server_method() or TLS_client_method().
[[nodiscard]] base::Result<TlsContextPointer> make_tls_context(const SSL_METHOD* method,
                                                               const config::TlsParams& params);

// Authorities and revocation lists against which the peer is verified.
[[nodiscard]] base::Result<void> load_authorities(SSL_CTX& context,
                                                  const config::TlsParams& params);

// The list in its wire form: each name behind its length.
[[nodiscard]] std::string alpn_wire(const std::vector<std::string>& protocols);

}  // namespace wslb::proxy
