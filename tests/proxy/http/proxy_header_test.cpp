// The PROXY protocol: headers of both versions, whole, in parts, and everything that is none.
#include "proxy/http/proxy_header.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace wslb::proxy::http {
namespace {

using Status = ProxyHeader::Status;
using namespace std::string_literals;

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;
const std::string kTcp4 =
    kSignature + "\x21\x11\0\x0c\x01\x02\x03\x04\x05\x06\x07\x08\0\x64\0\x50"s;

ProxyAddresses addresses(const char* source, const char* destination) {
  return {{*base::IpAddress::parse(source), 100}, {*base::IpAddress::parse(destination), 80}};
}

TEST(ProxyHeaderTest, ReadsBothVersionsAndLeavesTheRest) {
  for (const std::string& header : {"PROXY TCP4 1.2.3.4 5.6.7.8 100 80\r\n"s, kTcp4}) {
    const ProxyHeader parsed = parse_proxy_header(header + "GET / HTTP/1.1\r\n");
    ASSERT_EQ(parsed.status, Status::Complete);
    EXPECT_EQ(parsed.bytes, header.size());
    EXPECT_EQ(parsed.addresses, addresses("1.2.3.4", "5.6.7.8"));
  }
}

TEST(ProxyHeaderTest, EveryProperBeginningIsIncomplete) {
  for (const std::string& header :
       {"PROXY TCP6 ::1 ::2 100 80\r\n"s, "PROXY UNKNOWN\r\n"s, kTcp4}) {
    for (std::size_t size = 0; size < header.size(); ++size) {
      EXPECT_EQ(parse_proxy_header(header.substr(0, size)).status, Status::Incomplete) << size;
    }
  }
}

TEST(ProxyHeaderTest, LocalAndUnknownNameNobody) {
  const std::string extended = kSignature + "\x20\x11\0\x02xx"s;
  for (const std::string& header :
       {"PROXY UNKNOWN\r\n"s, "PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"s, extended}) {
    const ProxyHeader parsed = parse_proxy_header(header);
    ASSERT_EQ(parsed.status, Status::Complete) << header;
    EXPECT_EQ(parsed.bytes, header.size());
    EXPECT_FALSE(parsed.addresses);
  }
}

TEST(ProxyHeaderTest, RefusesLinesThatAreNotToTheLetter) {
  for (const std::string_view header :
       {"PROXY TCP4 1.2.3.4 5.6.7.8 100 80 junk\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 100 80\n",
        "PROXY TCP4  1.2.3.4 5.6.7.8 100 80\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 0100 80\r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 100 70000\r\n", "PROXY TCP4 01.2.3.4 5.6.7.8 100 80\r\n",
        "PROXY TCP4 ::1 ::2 100 80\r\n", "PROXY TCP6 1.2.3.4 5.6.7.8 100 80\r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 100\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 +1 80\r\n",
        "PROXY UDP4 1.2.3.4 5.6.7.8 100 80\r\n", "PROXY \r\n", "PROXY \n"}) {
    EXPECT_EQ(parse_proxy_header(header).status, Status::Malformed) << header;
  }
  EXPECT_EQ(parse_proxy_header("PROXY UNKNOWN" + std::string(94, 'x')).status, Status::Malformed);
}

TEST(ProxyHeaderTest, RefusesBinaryThatIsNotToTheLetter) {
  const auto with = [](std::size_t at, char value) {
    std::string header = kTcp4;
    header[at] = value;
    return parse_proxy_header(header + std::string(5000, 'x')).status;
  };
  EXPECT_EQ(with(12, 0x22), Status::Malformed);  // command
  EXPECT_EQ(with(12, 0x11), Status::Malformed);  // version
  EXPECT_EQ(with(13, 0x12), Status::Malformed);  // UDP
  EXPECT_EQ(with(13, 0x31), Status::Malformed);  // unix
  EXPECT_EQ(with(15, 0x08), Status::Malformed);  // too short for its addresses
  EXPECT_EQ(with(15, 0x0e), Status::Malformed);  // half an extension
  EXPECT_EQ(with(14, 0x7f), Status::Malformed);  // too long
}

TEST(ProxyHeaderTest, ChecksTheChecksum) {
  std::string header = kSignature + "\x21\x11\0\x13\x01\x02\x03\x04\x05\x06\x07\x08\0\x64\0\x50"s +
                       "\x03\0\x04\0\0\0\0"s;
  EXPECT_EQ(parse_proxy_header(header).status, Status::Malformed);
  // CRC-32C of the header whose field is zero.
  header.replace(header.size() - 4, 4, "\xa2\x1b\x57\xaf"s);
  EXPECT_EQ(parse_proxy_header(header).status, Status::Complete);
}

TEST(ProxyHeaderTest, AnythingElseIsForeignAtOnce) {
  for (const std::string_view text : {"G", "PROXX", "\r\n\r\nX", "PROXY\r\n", "\x16\x03\x01"}) {
    EXPECT_EQ(parse_proxy_header(text).status, Status::Foreign) << text;
  }
}

TEST(ProxyHeaderTest, WritesWhatItReads) {
  for (const auto version : {ProxyVersion::V1, ProxyVersion::V2}) {
    for (const auto& pair : {addresses("1.2.3.4", "5.6.7.8"), addresses("fd77::1", "::2")}) {
      EXPECT_EQ(parse_proxy_header(serialise_proxy_header(version, pair)).addresses, pair);
    }
    const ProxyHeader local = parse_proxy_header(serialise_proxy_header(version, std::nullopt));
    EXPECT_EQ(local.status, Status::Complete);
    EXPECT_FALSE(local.addresses);
    const auto mixed = serialise_proxy_header(version, addresses("1.2.3.4", "::2"));
    EXPECT_EQ(parse_proxy_header(mixed).addresses, addresses("::ffff:1.2.3.4", "::2"));
  }
}

}  // namespace
}  // namespace wslb::proxy::http
