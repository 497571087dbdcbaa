#include "vrrp/keyring.h"

#include <string>

#include <gtest/gtest.h>

namespace wslb::vrrp {
namespace {

const std::string first_secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";  // 00 01 .. 1f
const std::string second_secret = "AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

TEST(Keyring, FirstKeySignsAndIdsTellThemApart) {
  const auto keys = parse_secret("# made in May\n\n 2 " + second_secret + "\r\n" + first_secret);
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 2U);
  EXPECT_EQ((*keys)[0].id, 2);
  EXPECT_EQ((*keys)[1].id, 1);
  EXPECT_NE((*keys)[0].key, (*keys)[1].key);
}

TEST(Keyring, IsDerivedFromTheSecret) {
  const auto keys = parse_secret(first_secret + "\n");
  ASSERT_TRUE(keys);
  // openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt hexkey:000102..1f
  //   -kdfopt info:"wslb vrrp auth hmac 1" HKDF
  const AuthKey expected{0xA0, 0x90, 0xAE, 0xE5, 0x31, 0x86, 0xBB, 0xE2, 0xB1, 0xDB, 0x11,
                         0x6A, 0x2D, 0x64, 0x51, 0x68, 0xB0, 0xA8, 0x12, 0x94, 0x36, 0x63,
                         0xB2, 0x5F, 0xEE, 0x00, 0xF7, 0x0D, 0x96, 0xA1, 0xAF, 0x57};
  EXPECT_EQ(keys->front().key, expected);
}

TEST(Keyring, SaysWhatIsWrongAndWhere) {
  const auto error = [](const std::string& text) {
    const auto keys = parse_secret(text);
    return keys ? "" : keys.error().message;
  };
  EXPECT_EQ(error(""), "there is no key in it; make one by 'wslbctl keygen'");
  EXPECT_EQ(error("# nothing\n"), "there is no key in it; make one by 'wslbctl keygen'");
  const std::string expects = "expects 32 bytes in base64, as 'wslbctl keygen' prints them";
  EXPECT_EQ(error("secret"), "line 1: " + expects);
  EXPECT_EQ(error("\n" + first_secret.substr(4)), "line 2: " + expects);
  EXPECT_EQ(error(first_secret + first_secret), "line 1: " + expects);
  EXPECT_EQ(error("1 2 " + first_secret), "line 1: " + expects);
  EXPECT_EQ(error(std::string(43, '!') + "="), "line 1: " + expects);
  EXPECT_EQ(error("0 " + first_secret), "line 1: expects a key's id from 1 to 255 in front");
  EXPECT_EQ(error("256 " + first_secret), "line 1: expects a key's id from 1 to 255 in front");
  EXPECT_EQ(error(first_secret + "\n1 " + second_secret), "line 2: the key's id 1 was used before");
}

}  // namespace
}  // namespace wslb::vrrp
