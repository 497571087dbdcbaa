#include "agent/peer_tls.h"

#include <algorithm>
#include <array>

#include <openssl/evp.h>
#include <openssl/ssl.h>

#include "agent/secret_file.h"

namespace wslb::agent {
namespace {

// TLS_AES_128_GCM_SHA256: the key's hash is SHA-256, as RFC 8446 wants of external keys by default.
constexpr std::array<unsigned char, 2> kCipher{0x13, 0x01};

// Where a context keeps its owner; the usual place is Asio's.
int owner_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

PeerTls& owner_of(SSL* ssl) {
  return *static_cast<PeerTls*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), owner_index()));
}

SSL_SESSION* session_of(SSL* ssl, const vrrp::NumberedKey& key) {
  SSL_SESSION* const session = SSL_SESSION_new();
  const SSL_CIPHER* const cipher = SSL_CIPHER_find(ssl, kCipher.data());
  if (session == nullptr || cipher == nullptr ||
      SSL_SESSION_set1_master_key(session, key.key.data(), key.key.size()) != 1 ||
      SSL_SESSION_set_cipher(session, cipher) != 1 ||
      SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION) != 1) {
    SSL_SESSION_free(session);
    return nullptr;
  }
  return session;
}

// The identity must live as long as the handshake: one for each thread is enough, since a link's
// handshakes begin on one.
int use_session(SSL* ssl, const EVP_MD* /*hash*/, const unsigned char** id, std::size_t* length,
                SSL_SESSION** session) {
  thread_local std::string identity;
  const PeerTls& owner = owner_of(ssl);
  identity = owner.identity_of(owner.keys().front());
  *id = reinterpret_cast<const unsigned char*>(identity.data());
  *length = identity.size();
  *session = session_of(ssl, owner.keys().front());
  return *session == nullptr ? 0 : 1;
}

int find_session(SSL* ssl, const unsigned char* id, std::size_t length, SSL_SESSION** session) {
  const auto* const key = owner_of(ssl).find({reinterpret_cast<const char*>(id), length});
  *session = key == nullptr ? nullptr : session_of(ssl, *key);
  return 1;
}

}  // namespace

base::Result<std::unique_ptr<PeerTls>> PeerTls::make(const config::Cluster& cluster,
                                                     const std::string& client,
                                                     const std::string& server) {
  const std::string identity = cluster.name + " " + client + ">" + server;
  auto keys = read_secret(cluster, "wslb peer link 1 " + identity);
  if (!keys) return keys.error();
  if (keys->empty()) {
    vrrp::NumberedKey open{.id = 1, .key = {}};
    unsigned int length = 0;
    EVP_Digest(identity.data(), identity.size(), open.key.data(), &length, EVP_sha256(), nullptr);
    keys->push_back(open);
  }
  return std::make_unique<PeerTls>(identity, std::move(*keys));
}

PeerTls::PeerTls(std::string identity, vrrp::Keyring keys)
    : identity_(std::move(identity)),
      keys_(std::move(keys)),
      context_(boost::asio::ssl::context::tls) {
  SSL_CTX* const native = context_.native_handle();
  SSL_CTX_set_ex_data(native, owner_index(), this);
  SSL_CTX_set_min_proto_version(native, TLS1_3_VERSION);
  SSL_CTX_set_ciphersuites(native, "TLS_AES_128_GCM_SHA256");
  SSL_CTX_set_num_tickets(native, 0);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_psk_use_session_callback(native, use_session);
  SSL_CTX_set_psk_find_session_callback(native, find_session);
}

const vrrp::NumberedKey* PeerTls::find(std::string_view identity) const {
  const auto found =
      std::ranges::find(keys_, identity, [this](const auto& key) { return identity_of(key); });
  return found == keys_.end() ? nullptr : &*found;
}

std::string PeerTls::identity_of(const vrrp::NumberedKey& key) const {
  return identity_ + " " + std::to_string(key.id);
}

}  // namespace wslb::agent
