#include "vrrp/auth_trailer.h"

#include <algorithm>
#include <array>
#include <cassert>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "vrrp/checksum.h"

namespace wslb::vrrp {

namespace {

constexpr std::uint8_t type_hmac_sha256_128 = 1;
constexpr std::size_t hmac_bytes = 16;

using Mac = std::array<std::uint8_t, hmac_bytes>;

// Over the pseudo-header of 20 bytes, then `packet` with zeros for checksum and HMAC.
Mac compute_mac(base::ByteView packet, const AuthKey& key, const AuthContext& context) {
  base::ByteWriter input;
  input.u8(context.source.is_v4() ? 4 : 6);
  input.u8(context.version);
  input.u8(context.vrid);
  input.u8(0);
  input.append(context.source.bytes());
  input.append(base::Bytes(16 - context.source.bytes().size(), 0));
  input.append(packet.first(checksum_offset));
  input.u16(0);
  input.append(
      packet.subspan(checksum_offset + 2, packet.size() - checksum_offset - 2 - hmac_bytes));
  input.append(base::Bytes(hmac_bytes, 0));

  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  const unsigned char* done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), input.bytes().data(),
           input.bytes().size(), digest.data(), &length);
  assert(done != nullptr && length >= hmac_bytes);
  static_cast<void>(done);
  Mac mac{};
  std::copy_n(digest.begin(), mac.size(), mac.begin());
  return mac;
}

}  // namespace

void sign(base::Bytes& message, const NumberedKey& key, std::uint64_t sequence,
          const AuthContext& context, const base::IpAddress& destination) {
  base::ByteWriter trailer;
  trailer.u8(type_hmac_sha256_128);
  trailer.u8(key.id);
  trailer.u16(0);
  trailer.u32(static_cast<std::uint32_t>(sequence >> 32U));
  trailer.u32(static_cast<std::uint32_t>(sequence));
  trailer.append(base::Bytes(hmac_bytes, 0));
  message.insert(message.end(), trailer.bytes().begin(), trailer.bytes().end());
  const Mac mac = compute_mac(message, key.key, context);
  std::copy(mac.begin(), mac.end(), message.end() - hmac_bytes);

  if (context.source.is_v4()) return;
  message[checksum_offset] = message[checksum_offset + 1] = 0;
  const std::uint16_t sum =
      checksum(message, context.source, destination, ChecksumForm::PseudoHeader);
  message[checksum_offset] = static_cast<std::uint8_t>(sum >> 8U);
  message[checksum_offset + 1] = static_cast<std::uint8_t>(sum & 0xffU);
}

base::Result<std::uint64_t, AuthError> verify(base::ByteView packet, const Keyring& keys,
                                              const AuthContext& context) {
  assert(packet.size() > auth_trailer_bytes + checksum_offset + 2);
  base::ByteReader trailer(packet.last(auth_trailer_bytes));
  const std::uint8_t type = trailer.u8();
  const std::uint8_t key_id = trailer.u8();
  const std::uint16_t reserved = trailer.u16();
  const std::uint64_t seconds = trailer.u32();
  const std::uint64_t sequence = seconds << 32U | trailer.u32();
  if (type != type_hmac_sha256_128 || reserved != 0) return AuthError::Malformed;

  const auto key = std::ranges::find(keys, key_id, &NumberedKey::id);
  if (key == keys.end()) return AuthError::UnknownKey;
  const Mac mac = compute_mac(packet, key->key, context);
  if (CRYPTO_memcmp(mac.data(), packet.last(hmac_bytes).data(), hmac_bytes) != 0) {
    return AuthError::Forged;
  }
  return sequence;
}

}  // namespace wslb::vrrp
