#include "proxy/tls_ticket_keys.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <span>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

namespace wslb::proxy {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kTicketNameBytes = 16;  // OpenSSL's
constexpr std::size_t kTicketKeysKept = 3;
constexpr auto kTicketKeyPeriod = std::chrono::hours(12);

struct TicketKey {
  std::array<unsigned char, kTicketNameBytes> name;
  std::array<unsigned char, 32> cipher;
  std::array<unsigned char, 32> mac;
};

class TicketKeys {
 public:
  // The one that seals now; nothing where the system gives no random numbers.
  std::optional<TicketKey> newest() {
    const std::lock_guard lock(mutex_);
    const auto now = steady_clock::now();
    if (keys_.empty() || now - made_ >= kTicketKeyPeriod) {
      TicketKey key;
      if (RAND_bytes(key.name.data(), static_cast<int>(key.name.size())) != 1 ||
          RAND_priv_bytes(key.cipher.data(), static_cast<int>(key.cipher.size())) != 1 ||
          RAND_priv_bytes(key.mac.data(), static_cast<int>(key.mac.size())) != 1) {
        return std::nullopt;
      }
      keys_.push_front(key);
      if (keys_.size() > kTicketKeysKept) keys_.pop_back();
      made_ = now;
    }
    return keys_.front();
  }

  // That of a ticket, and whether it is no longer the newest.
  std::optional<TicketKey> find(const unsigned char* name, bool& old) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find_if(keys_, [name](const TicketKey& key) {
      return std::ranges::equal(key.name, std::span(name, 16));
    });
    if (found == keys_.end()) return std::nullopt;
    old = found != keys_.begin();
    return *found;
  }

 private:
  std::mutex mutex_;
  std::deque<TicketKey> keys_;
  steady_clock::time_point made_;
};

TicketKeys& ticket_keys() {
  static TicketKeys all;
  return all;
}

bool set_ticket_mac(EVP_MAC_CTX* mac, TicketKey& key) {
  char digest[] = "SHA256";
  const std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
}

// OpenSSL's contract: 1 good, 2 good but to be renewed, 0 unknown ticket, -1 error.
int on_ticket(SSL* /*ssl*/, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
              EVP_MAC_CTX* mac, int sealing) {
  if (sealing == 1) {
    auto key = ticket_keys().newest();
    if (!key || RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
    std::ranges::copy(key->name, name);
    const bool good =
        EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key->cipher.data(), iv) == 1 &&
        set_ticket_mac(mac, *key);
    return good ? 1 : -1;
  }
  bool old = false;
  auto key = ticket_keys().find(name, old);
  if (!key) return 0;
  const bool good =
      EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key->cipher.data(), iv) == 1 &&
      set_ticket_mac(mac, *key);
  if (!good) return -1;
  return old ? 2 : 1;
}

}  // namespace

void use_rotating_ticket_keys(SSL_CTX& context) {
  SSL_CTX_set_tlsext_ticket_key_evp_cb(&context, on_ticket);
}

}  // namespace wslb::proxy
