#include "vrrp/auth_trailer.h"

#include <charconv>

#include <gtest/gtest.h>

#include "vrrp/packet.h"

namespace wslb::vrrp {
namespace {

base::IpAddress address_of(std::string_view text) {
  return base::IpAddress::parse(text).value();
}

base::Bytes from_hex(std::string_view hex) {
  base::Bytes bytes;
  for (; hex.size() >= 2; hex.remove_prefix(2)) {
    std::uint8_t byte = 0;
    std::from_chars(hex.data(), hex.data() + 2, byte, 16);
    bytes.push_back(byte);
  }
  return bytes;
}

// The wire images in the appendix of draft-cassen-vrrp-auth-hmac: key 00 01 .. 1f with id 1, VRID
// 51, priority 200, sequence 0x6800000080000000.
constexpr std::uint64_t draft_sequence = 0x6800000080000000;
constexpr std::string_view draft_v4 =
    "3133c80100644402c0000264"
    "010100006800000080000000"
    "1b84bc4e8e43892dc6d98448f8ee2265";
constexpr std::string_view draft_v6 =
    "3133c8010064a2e9fe800000000000000000000000000100"
    "010100006800000080000000"
    "c8c56146ebfd66ee10ec4d8186461b78";

NumberedKey draft_key() {
  NumberedKey key;
  for (std::size_t i = 0; i < key.key.size(); ++i) key.key[i] = static_cast<std::uint8_t>(i);
  return key;
}

struct Image {
  std::string_view hex;
  base::IpAddress source;
  base::IpAddress destination;
  base::IpAddress vip;
};
std::vector<Image> draft_images() {
  return {{draft_v4, address_of("198.51.100.10"), address_of("198.51.100.20"),
           address_of("192.0.2.100")},
          {draft_v6, address_of("fe80::10"), address_of("fe80::20"), address_of("fe80::100")}};
}

TEST(AuthTrailer, MakesTheDraftsImages) {
  for (const Image& image : draft_images()) {
    const Advert advert{.version = 3,
                        .vrid = 51,
                        .priority = 200,
                        .interval = std::chrono::seconds(1),
                        .addresses = {image.vip}};
    base::Bytes message =
        encode(advert, image.source, image.destination, ChecksumForm::MessageOnly);
    sign(message, draft_key(), draft_sequence, {3, 51, image.source}, image.destination);
    EXPECT_EQ(message, from_hex(image.hex));
  }
}

TEST(AuthTrailer, AcceptsTheDraftsImages) {
  for (const Image& image : draft_images()) {
    const base::Bytes packet = from_hex(image.hex);
    const auto decoded = decode({packet, image.source, image.destination, 255},
                                {.version = 3, .vrid = 51, .may_be_signed = true});
    ASSERT_TRUE(decoded);
    EXPECT_TRUE(decoded->is_signed);
    const auto sequence = verify(packet, {draft_key()}, {3, 51, image.source});
    ASSERT_TRUE(sequence);
    EXPECT_EQ(*sequence, draft_sequence);
  }
}

TEST(AuthTrailer, IsALengthErrorWhereItIsNotExpected) {
  const base::Bytes packet = from_hex(draft_v4);
  const auto decoded = decode({packet, address_of("198.51.100.10"), address_of("224.0.0.18"), 255},
                              {.version = 3, .vrid = 51});
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error(), DecodeError::Length);
}

TEST(AuthTrailer, EachFlippedBitIsNoticedButTheChecksums) {
  for (const Image& image : draft_images()) {
    const base::Bytes good = from_hex(image.hex);
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      base::Bytes bad = good;
      bad[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
      const bool in_checksum = bit / 8 == 6 || bit / 8 == 7;
      EXPECT_EQ(verify(bad, {draft_key()}, {3, 51, image.source}).has_value(), in_checksum)
          << "bit " << bit;
    }
  }
}

TEST(AuthTrailer, BindsSourceVridAndVersion) {
  const base::Bytes packet = from_hex(draft_v4);
  const Keyring keys{draft_key()};
  EXPECT_FALSE(verify(packet, keys, {3, 51, address_of("198.51.100.11")}));
  EXPECT_FALSE(verify(packet, keys, {3, 52, address_of("198.51.100.10")}));
  EXPECT_FALSE(verify(packet, keys, {2, 51, address_of("198.51.100.10")}));
}

TEST(AuthTrailer, NamesWhatIsWrong) {
  const AuthContext context{3, 51, address_of("198.51.100.10")};
  const base::Bytes packet = from_hex(draft_v4);
  NumberedKey other = draft_key();
  other.id = 2;
  EXPECT_EQ(verify(packet, {other}, context).error(), AuthError::UnknownKey);
  other.id = 1;
  other.key[0] ^= 1U;
  EXPECT_EQ(verify(packet, {other}, context).error(), AuthError::Forged);
  base::Bytes typed = packet;
  typed[12] = 2;
  EXPECT_EQ(verify(typed, {draft_key()}, context).error(), AuthError::Malformed);
}

}  // namespace
}  // namespace wslb::vrrp
