#include "ctl/keygen.h"

#include <array>

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace wslb::ctl {

base::Result<std::string> generate_key(std::optional<std::uint8_t> id) {
  std::array<std::uint8_t, 32> key{};
  if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1) {
    return base::Error{"OpenSSL has no random bytes"};
  }
  std::array<unsigned char, 45> base64{};  // and a final zero
  EVP_EncodeBlock(base64.data(), key.data(), static_cast<int>(key.size()));
  return (id ? std::to_string(*id) + " " : "") + reinterpret_cast<const char*>(base64.data()) +
         "\n";
}

}  // namespace wslb::ctl
