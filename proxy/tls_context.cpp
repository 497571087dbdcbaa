#include "proxy/tls_context.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/stat.h>

namespace wslb::proxy {
namespace {

int tls_number_of(config::TlsVersion version) {
  switch (version) {
    case config::TlsVersion::V10:
      return TLS1_VERSION;
    case config::TlsVersion::V11:
      return TLS1_1_VERSION;
    case config::TlsVersion::V12:
      return TLS1_2_VERSION;
    case config::TlsVersion::V13:
      return TLS1_3_VERSION;
  }
  return TLS1_2_VERSION;
}

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

std::string tls_reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* words = ERR_reason_error_string(code);
  const std::string reason = words != nullptr ? words : "unknown reason";
  ERR_clear_error();
  return reason;
}

base::Result<TlsContextPointer> make_tls_context(const SSL_METHOD* method,
                                                 const config::TlsParams& params) {
  TlsContextPointer context(SSL_CTX_new(method));
  if (!context) return base::Error{"cannot make a TLS context: " + tls_reason()};
  SSL_CTX* const c = context.get();
  SSL_CTX_set_min_proto_version(
      c, tls_number_of(params.min_version.value_or(config::TlsVersion::V12)));
  if (params.max_version) SSL_CTX_set_max_proto_version(c, tls_number_of(*params.max_version));
  SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                             SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                          SSL_MODE_RELEASE_BUFFERS);
  // One recv() for many records, where there are many.
  SSL_CTX_set_read_ahead(c, 1);
  if (!params.tickets.value_or(true)) {
    SSL_CTX_set_options(c, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(c, 0);
  }
  if (!params.ciphers.empty() && SSL_CTX_set_cipher_list(c, params.ciphers.c_str()) != 1) {
    return base::Error{"'ciphers' names none that OpenSSL knows, in '" + params.ciphers + "'"};
  }
  if (!params.ciphersuites.empty() &&
      SSL_CTX_set_ciphersuites(c, params.ciphersuites.c_str()) != 1) {
    return base::Error{"'ciphersuites' names one that OpenSSL does not know, in '" +
                       params.ciphersuites + "'"};
  }
  ERR_clear_error();
  return context;
}

base::Result<void> load_authorities(SSL_CTX& context, const config::TlsParams& params) {
  const std::string& path = params.ca_file;
  int loaded = 1;
  if (path == "@system-ca") {
    loaded = SSL_CTX_set_default_verify_paths(&context);
  } else if (is_directory(path)) {
    loaded = SSL_CTX_load_verify_dir(&context, path.c_str());
  } else if (!path.empty()) {
    loaded = SSL_CTX_load_verify_file(&context, path.c_str());
  }
  if (loaded != 1) return base::Error{"cannot use the ca-file " + path + ": " + tls_reason()};
  if (params.crl_file.empty()) return {};
  X509_STORE* const store = SSL_CTX_get_cert_store(&context);
  if (X509_STORE_load_file(store, params.crl_file.c_str()) != 1) {
    return base::Error{"cannot use the crl-file " + params.crl_file + ": " + tls_reason()};
  }
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return {};
}

std::string alpn_wire(const std::vector<std::string>& protocols) {
  std::string wire;
  for (const std::string& protocol : protocols) {
    wire += static_cast<char>(protocol.size());
    wire += protocol;
  }
  return wire;
}

}  // namespace wslb::proxy
