#include "vrrp/packet.h"

#include <chrono>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wslb::vrrp {
namespace {

using base::Bytes;
using base::IpAddress;
using std::chrono::milliseconds;
using std::chrono::seconds;

IpAddress ip(std::string_view text) {
  return IpAddress::parse(text).value();
}

Bytes hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

// A datagram as it came from the wire, with what the receiver expects of it.
struct Datagram {
  Bytes payload;
  IpAddress source = ip("192.0.2.251");
  IpAddress destination = ip("224.0.0.18");
  std::uint8_t ttl = 255;
  Expectation expected{.version = 3, .vrid = 10, .interval = seconds(1), .check_ttl = true};

  [[nodiscard]] base::Result<Decoded, DecodeError> decode() const {
    return vrrp::decode({payload, source, destination, ttl}, expected);
  }
};

DecodeError refusal(const Datagram& datagram) {
  const auto decoded = datagram.decode();
  EXPECT_FALSE(decoded) << "was accepted";
  return decoded ? DecodeError{} : decoded.error();
}

constexpr std::string_view v3_message_only = "310ac8020064828ac0000201c0000202";
constexpr std::string_view v3_pseudo_header = "310ac8020064defbc0000201c0000202";
constexpr std::string_view v2_vector = "210ac802000192edc0000201c00002020000000000000000";
constexpr std::string_view v3_ipv6 =
    "310a640200643f5dfe80000000000000000000000000000120010db8000000000000000000000001";

Datagram v3() {
  return {.payload = hex(v3_pseudo_header)};
}
Datagram v2() {
  Datagram datagram{.payload = hex(v2_vector)};
  datagram.expected.version = 2;
  return datagram;
}

TEST(VrrpPacket, DecodesVersion3OverIpv4WithThePseudoHeader) {
  const auto decoded = v3().decode();
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->advert, (Advert{.version = 3,
                                     .vrid = 10,
                                     .priority = 200,
                                     .interval = seconds(1),
                                     .addresses = {ip("192.0.2.1"), ip("192.0.2.2")}}));
  EXPECT_EQ(decoded->checksum, ChecksumForm::PseudoHeader);
}

TEST(VrrpPacket, DecodesVersion3OverIpv4WithTheChecksumOfRfc9568) {
  Datagram datagram = v3();
  datagram.payload = hex(v3_message_only);
  const auto decoded = datagram.decode();
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->checksum, ChecksumForm::MessageOnly);
}

TEST(VrrpPacket, DecodesVersion3OverIpv6) {
  const Datagram datagram{
      .payload = hex(v3_ipv6), .source = ip("fe80::c8"), .destination = ip("ff02::12")};
  const auto decoded = datagram.decode();
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->advert.priority, 100);
  EXPECT_THAT(decoded->advert.addresses, testing::ElementsAre(ip("fe80::1"), ip("2001:db8::1")));
}

TEST(VrrpPacket, DecodesVersion2) {
  const auto decoded = v2().decode();
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->advert.interval, seconds(1));
  EXPECT_EQ(decoded->checksum, ChecksumForm::MessageOnly);
}

// The same advert from 198.51.100.10, with the checksums that three kinds of sender compute for it.
TEST(VrrpPacket, TellsTheThreeChecksumsOfUnicastApart) {
  const auto form_of = [](std::string_view checksum) {
    Datagram datagram{
        .payload = hex("3133c8010064" + std::string(checksum) + "c0000264"),
        .source = ip("198.51.100.10"),
        .destination = ip("198.51.100.20"),
    };
    datagram.expected.vrid = 0x33;
    return datagram.decode()->checksum;
  };
  EXPECT_EQ(form_of("4402"), ChecksumForm::MessageOnly);
  EXPECT_EQ(form_of("3935"), ChecksumForm::GroupPseudoHeader);
  EXPECT_EQ(form_of("eeff"), ChecksumForm::PseudoHeader);
}

TEST(VrrpPacket, EncodesTheVectorsItDecodes) {
  const Advert advert = v3().decode()->advert;
  const auto source = ip("192.0.2.251");
  const auto group = ip("224.0.0.18");
  EXPECT_EQ(encode(advert, source, group, ChecksumForm::PseudoHeader), hex(v3_pseudo_header));
  EXPECT_EQ(encode(advert, source, group, ChecksumForm::MessageOnly), hex(v3_message_only));
  EXPECT_EQ(encode(v2().decode()->advert, source, group, ChecksumForm::PseudoHeader),
            hex(v2_vector));

  const Datagram v6{
      .payload = hex(v3_ipv6), .source = ip("fe80::c8"), .destination = ip("ff02::12")};
  EXPECT_EQ(encode(v6.decode()->advert, v6.source, v6.destination, ChecksumForm::MessageOnly),
            hex(v3_ipv6))
      << "IPv6 has only one form";
}

TEST(VrrpPacket, EncodesTheThreeChecksumsOfUnicast) {
  const Advert advert{.version = 3,
                      .vrid = 0x33,
                      .priority = 200,
                      .interval = seconds(1),
                      .addresses = {ip("192.0.2.100")}};
  const auto checksum = [&](ChecksumForm form) {
    const Bytes bytes = encode(advert, ip("198.51.100.10"), ip("198.51.100.20"), form);
    return bytes.at(6) << 8 | bytes.at(7);
  };
  EXPECT_EQ(checksum(ChecksumForm::MessageOnly), 0x4402);
  EXPECT_EQ(checksum(ChecksumForm::GroupPseudoHeader), 0x3935);
  EXPECT_EQ(checksum(ChecksumForm::PseudoHeader), 0xeeff);
}

TEST(VrrpPacket, CarriesTheWholeRangeOfIntervals) {
  for (const auto interval : {milliseconds(10), milliseconds(100), milliseconds(40950)}) {
    Datagram datagram = v3();
    Advert advert = datagram.decode()->advert;
    advert.interval = interval;
    datagram.payload =
        encode(advert, datagram.source, datagram.destination, ChecksumForm::PseudoHeader);
    EXPECT_EQ(datagram.decode()->advert, advert);
  }
}

TEST(VrrpPacket, RefusesWhatCameThroughARouterUnlessItIsUnicast) {
  Datagram datagram = v3();
  datagram.ttl = 254;
  EXPECT_EQ(refusal(datagram), DecodeError::Ttl);
  datagram.expected.check_ttl = false;
  EXPECT_TRUE(datagram.decode());
}

TEST(VrrpPacket, RefusesEveryPrefixOfAnAdvert) {
  for (std::size_t size = 0; size < v3().payload.size(); ++size) {
    Datagram datagram = v3();
    datagram.payload.resize(size);
    EXPECT_EQ(refusal(datagram), size < 8 ? DecodeError::Truncated : DecodeError::Length);
  }
}

TEST(VrrpPacket, RefusesBytesBeyondTheAddresses) {
  Datagram datagram = v3();
  datagram.payload.push_back(0);
  EXPECT_EQ(refusal(datagram), DecodeError::Length);
}

TEST(VrrpPacket, RefusesTheTrailerOfVersion2InVersion3) {
  Datagram datagram = v3();
  datagram.payload.resize(datagram.payload.size() + 8);
  EXPECT_EQ(refusal(datagram), DecodeError::Length);
}

TEST(VrrpPacket, RefusesAnotherVersion) {
  Datagram datagram = v3();
  datagram.expected.version = 2;
  EXPECT_EQ(refusal(datagram), DecodeError::Version);
  datagram = v2();
  datagram.expected.version = 3;
  EXPECT_EQ(refusal(datagram), DecodeError::Version);
}

TEST(VrrpPacket, RefusesVersion2OverIpv6) {
  Datagram datagram{
      .payload = hex(v3_ipv6), .source = ip("fe80::c8"), .destination = ip("ff02::12")};
  datagram.payload[0] = 0x21;
  datagram.expected.version = 2;
  EXPECT_EQ(refusal(datagram), DecodeError::Version);
}

TEST(VrrpPacket, RefusesAnotherType) {
  Datagram datagram = v3();
  datagram.payload[0] = 0x32;
  EXPECT_EQ(refusal(datagram), DecodeError::Type);
}

TEST(VrrpPacket, RefusesAnotherVirtualRouter) {
  Datagram datagram = v3();
  datagram.expected.vrid = 11;
  EXPECT_EQ(refusal(datagram), DecodeError::Vrid);
}

TEST(VrrpPacket, RefusesAnAdvertWithoutAddresses) {
  Datagram datagram = v3();
  datagram.payload[3] = 0;
  EXPECT_EQ(refusal(datagram), DecodeError::NoAddresses);
}

TEST(VrrpPacket, RefusesMoreAddressesThanThereAre) {
  Datagram datagram = v3();
  datagram.payload[3] = 255;
  EXPECT_EQ(refusal(datagram), DecodeError::Length);
}

TEST(VrrpPacket, RefusesEveryFlippedBitThatTheChecksumCovers) {
  for (std::size_t bit = 16; bit < v3().payload.size() * 8; ++bit) {
    if (bit >= 24 && bit < 32) continue;  // the count of addresses has its own errors
    Datagram datagram = v3();
    datagram.payload[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_EQ(refusal(datagram), DecodeError::Checksum) << "bit " << bit;
  }
}

TEST(VrrpPacket, RefusesAPseudoHeaderOfAnotherSource) {
  Datagram datagram = v3();
  datagram.source = ip("192.0.2.250");
  EXPECT_EQ(refusal(datagram), DecodeError::Checksum);
}

TEST(VrrpPacket, RefusesAnIntervalOfZero) {
  EXPECT_EQ(refusal({.payload = hex("310ac802000082eec0000201c0000202")}), DecodeError::Interval);
}

TEST(VrrpPacket, IgnoresTheReservedBits) {
  const Datagram datagram{.payload = hex("310ac802f0649289c0000201c0000202")};
  const auto decoded = datagram.decode();
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->advert.interval, seconds(1));
}

TEST(VrrpPacket, RefusesAnotherIntervalInVersion2Only) {
  Datagram datagram = v2();
  datagram.expected.interval = seconds(2);
  EXPECT_EQ(refusal(datagram), DecodeError::Interval);
  datagram = v3();
  datagram.expected.interval = seconds(2);
  EXPECT_TRUE(datagram.decode());
}

TEST(VrrpPacket, RefusesAuthenticationInVersion2) {
  Datagram datagram = v2();
  datagram.payload[4] = 1;  // simple text password
  EXPECT_EQ(refusal(datagram), DecodeError::Authenticated);
}

// CARP shares the protocol number, the group and the version nibble.
TEST(VrrpPacket, RefusesACarpAdvertisement) {
  Datagram datagram = v2();
  datagram.payload =
      hex("210a0007000100000000000000000001aabbccddeeff00112233445566778899aabbccdd");
  EXPECT_EQ(refusal(datagram), DecodeError::Length);
}

TEST(VrrpPacket, NamesEveryErrorDifferently) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < decode_error_count; ++i) {
    names.push_back(to_string(static_cast<DecodeError>(i)));
    EXPECT_FALSE(names.back().empty());
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace wslb::vrrp
