#include "vrrp/datagram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wslb::vrrp {
namespace {

using testing::ElementsAre;

TEST(Datagram, BeginsWithTheHeaderOfIpv4) {
  base::Bytes bytes(20, 0);
  bytes[0] = 0x46;  // 24 bytes of header
  EXPECT_FALSE(read_datagram_v4(bytes));
  bytes[8] = 255;
  bytes[12] = bytes[16] = 10;
  bytes[19] = 7;
  bytes.resize(24);
  bytes.push_back(0x31);
  const auto datagram = read_datagram_v4(bytes);
  ASSERT_TRUE(datagram);
  EXPECT_EQ(datagram->source.to_string(), "10.0.0.0");
  EXPECT_EQ(datagram->destination.to_string(), "10.0.0.7");
  EXPECT_EQ(datagram->ttl, 255);
  EXPECT_THAT(datagram->payload, ElementsAre(0x31));
  bytes[0] = 0x44;
  EXPECT_FALSE(read_datagram_v4(bytes)) << "a header of 16 bytes";
  bytes[0] = 0x65;
  EXPECT_FALSE(read_datagram_v4(bytes)) << "another version of IP";
  EXPECT_FALSE(read_datagram_v4({}));
}

}  // namespace
}  // namespace wslb::vrrp
