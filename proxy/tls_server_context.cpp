#include "proxy/tls_server_context.h"

#include <utility>

#include "proxy/tls_certificate.h"

namespace wslb::proxy {

std::shared_ptr<TlsServerContext> TlsServerContext::load(const config::Server& server,
                                                         config::Diagnostics& diagnostics) {
  const std::shared_ptr<TlsServerContext> loaded(new TlsServerContext(server.tls));
  if (const auto prepared = loaded->prepare(); !prepared) {
    diagnostics.error(server.where, "'server' 'ssl': " + prepared.error().message);
    return nullptr;
  }
  return loaded;
}

TlsServerContext::~TlsServerContext() {
  SSL_SESSION_free(session_);
}

base::Result<void> TlsServerContext::prepare() {
  auto made = make_tls_context(TLS_client_method(), tls_);
  if (!made) return made.error();
  context_ = std::move(*made);
  if (tls_.verify == config::TlsVerify::Required) {
    if (auto loaded = load_authorities(*context_, tls_); !loaded) return loaded.error();
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  }
  if (!tls_.certificate.empty()) {
    const auto certificate = load_certificate(tls_.certificate);
    if (!certificate) return certificate.error();
    if (auto used = use_certificate(*context_, *certificate); !used) return used.error();
  }
  const std::string alpn = alpn_wire(tls_.alpn);
  if (!alpn.empty()) {
    SSL_CTX_set_alpn_protos(context_.get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                            static_cast<unsigned>(alpn.size()));
  }
  if (!tls_.reuse) return {};
  SSL_CTX_set_session_cache_mode(context_.get(),
                                 SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_ex_data(context_.get(), 0, this);
  SSL_CTX_sess_set_new_cb(context_.get(), on_session);
  return {};
}

std::unique_ptr<TlsConnection> TlsServerContext::connect(int fd, const std::string& name) {
  SSL* const ssl = SSL_new(context_.get());
  auto connection = std::make_unique<TlsConnection>(ssl, fd, shared_from_this());
  SSL_set_connect_state(ssl);
  if (!name.empty()) {
    // What SSL_set_tlsext_host_name() is, whose macro casts the old way; OpenSSL copies the name.
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(name.c_str()));
  }
  const std::string& verified = tls_.verify_host.empty() ? name : tls_.verify_host;
  if (!verified.empty()) SSL_set1_host(ssl, verified.c_str());
  if (tls_.reuse) {
    const std::lock_guard lock(mutex_);
    if (session_ != nullptr && session_name_ == name) SSL_set_session(ssl, session_);
  }
  return connection;
}

void TlsServerContext::keep(SSL_SESSION* session, const std::string& name) {
  const std::lock_guard lock(mutex_);
  SSL_SESSION_free(std::exchange(session_, session));
  session_name_ = name;
}

// 1: the session is ours now.
int TlsServerContext::on_session(SSL* ssl, SSL_SESSION* session) {
  auto* const self = static_cast<TlsServerContext*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), 0));
  const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  self->keep(session, name == nullptr ? "" : name);
  return 1;
}

}  // namespace wslb::proxy
