#include "proxy/tls_connection.h"

#include <cerrno>
#include <new>
#include <utility>

#include <openssl/err.h>

namespace wslb::proxy {
namespace {

std::string text_of(const unsigned char* data, unsigned length) {
  return data == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(data), length);
}

}  // namespace

TlsConnection::TlsConnection(SSL* ssl, int fd, std::shared_ptr<const void> context)
    : context_(std::move(context)), ssl_(ssl) {
  if (ssl == nullptr || SSL_set_fd(ssl, fd) != 1) throw std::bad_alloc();
}

// -1, with errno.
int TlsConnection::fail(int result) {
  const int system_error = errno;
  const int error = SSL_get_error(ssl_.get(), result);
  const unsigned long code = ERR_peek_last_error();
  wants_write_ = error == SSL_ERROR_WANT_WRITE;
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
    errno = EAGAIN;
    return -1;
  }
  truncated_ = ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  const char* words = ERR_reason_error_string(code);
  reason_ = truncated_         ? "the connection was cut off"
            : words != nullptr ? words
                               : "connection lost";
  ERR_clear_error();
  end_sent_ = true;  // OpenSSL forbids it after an error
  errno = error == SSL_ERROR_SYSCALL && system_error != 0 ? system_error
          : error == SSL_ERROR_SYSCALL || truncated_      ? ECONNRESET
                                                          : EPROTO;
  return -1;
}

int TlsConnection::handshake() {
  ERR_clear_error();
  errno = 0;
  const int result = SSL_do_handshake(ssl_.get());
  return result == 1 ? 1 : fail(result);
}

ssize_t TlsConnection::receive(std::span<char> into) {
  ERR_clear_error();
  errno = 0;
  std::size_t count = 0;
  const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
  if (result == 1) return static_cast<ssize_t>(count);
  if (SSL_get_error(ssl_.get(), result) == SSL_ERROR_ZERO_RETURN) return 0;
  return fail(result);
}

ssize_t TlsConnection::send(std::string_view data) {
  ERR_clear_error();
  errno = 0;
  std::size_t count = 0;
  const int result = SSL_write_ex(ssl_.get(), data.data(), data.size(), &count);
  return result == 1 ? static_cast<ssize_t>(count) : fail(result);
}

bool TlsConnection::send_end() {
  if (end_sent_ || SSL_is_init_finished(ssl_.get()) == 0) return true;
  ERR_clear_error();
  errno = 0;
  const int result = SSL_shutdown(ssl_.get());
  if (result < 0) {
    fail(result);
    return errno != EAGAIN;
  }
  end_sent_ = true;
  return true;
}

bool TlsConnection::is_quiet() {
  ERR_clear_error();
  errno = 0;
  char byte = 0;
  std::size_t count = 0;
  const int result = SSL_peek_ex(ssl_.get(), &byte, 1, &count);
  if (result == 1 || SSL_get_error(ssl_.get(), result) == SSL_ERROR_ZERO_RETURN) return false;
  fail(result);
  return errno == EAGAIN;
}

TlsFacts TlsConnection::facts() const {
  TlsFacts facts;
  const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
  if (name != nullptr) facts.sni = name;
  facts.protocol = SSL_get_version(ssl_.get());
  facts.cipher = SSL_get_cipher_name(ssl_.get());
  const unsigned char* alpn = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl_.get(), &alpn, &length);
  facts.alpn = text_of(alpn, length);
  if (const SSL_SESSION* const session = SSL_get_session(ssl_.get())) {
    const unsigned char* const id = SSL_SESSION_get_id(session, &length);
    facts.session_id = text_of(id, length);
  }
  facts.resumed = SSL_session_reused(ssl_.get()) == 1;
  return facts;
}

}  // namespace wslb::proxy
