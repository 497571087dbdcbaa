#include "proxy/lb/address_choice.h"

#include <initializer_list>
#include <vector>

#include <gtest/gtest.h>

namespace wslb::proxy::lb {
namespace {

using base::IpAddress;
using Choice = std::vector<std::optional<IpAddress>>;

IpAddress ip(std::string_view text) {
  return *IpAddress::parse(text);
}

std::vector<IpAddress> all(std::initializer_list<std::string_view> texts) {
  std::vector<IpAddress> found;
  for (const std::string_view text : texts) found.push_back(ip(text));
  return found;
}

const config::Resolution kPlain;

TEST(AddressChoice, GivesEachServerAnAddressOfItsOwn) {
  const std::vector<Seeker> seekers(3, {&kPlain, std::nullopt, 80});
  EXPECT_EQ(choose_addresses(seekers, all({"10.0.0.1", "10.0.0.2"})),
            (Choice{ip("10.0.0.1"), ip("10.0.0.2"), std::nullopt}));
}

TEST(AddressChoice, LeavesAServerTheAddressThatDnsStillHas) {
  const std::vector<Seeker> seekers = {
      {&kPlain, std::nullopt, 80}, {&kPlain, ip("10.0.0.1"), 80}, {&kPlain, ip("10.0.0.9"), 80}};
  EXPECT_EQ(choose_addresses(seekers, all({"10.0.0.1", "10.0.0.2"})),
            (Choice{ip("10.0.0.2"), ip("10.0.0.1"), std::nullopt}));
}

TEST(AddressChoice, CountsServersOfOtherPortsAsNoRivals) {
  const std::vector<Seeker> seekers = {{&kPlain, std::nullopt, 80}, {&kPlain, std::nullopt, 81}};
  EXPECT_EQ(choose_addresses(seekers, all({"10.0.0.1"})), (Choice{ip("10.0.0.1"), ip("10.0.0.1")}));
}

TEST(AddressChoice, SharesAnAddressOnlyWhereNoneIsFreeAndTheLineAllowsIt) {
  config::Resolution sharing;
  sharing.shares_addresses = true;
  const std::vector<Seeker> seekers(3, {&sharing, std::nullopt, 80});
  EXPECT_EQ(choose_addresses(seekers, all({"10.0.0.1", "10.0.0.2"})),
            (Choice{ip("10.0.0.1"), ip("10.0.0.2"), ip("10.0.0.1")}));
}

TEST(AddressChoice, PrefersTheFamilyAndTheNetworkThatTheLineNames) {
  config::Resolution v4;
  v4.prefers_v6 = false;
  config::Resolution near = v4;
  near.networks = {*base::IpNetwork::parse("10.2.0.0/16")};
  const auto known = all({"fd00::1", "10.1.0.1", "10.2.0.1"});
  const auto pick = [&](const config::Resolution& wish) {
    return choose_addresses(std::vector<Seeker>{{&wish, std::nullopt, 80}}, known).front();
  };
  EXPECT_EQ(pick(kPlain), ip("fd00::1"));
  EXPECT_EQ(pick(v4), ip("10.1.0.1"));
  EXPECT_EQ(pick(near), ip("10.2.0.1"));
}

TEST(AddressChoice, TakesAFarAddressWhereNoneIsNear) {
  config::Resolution near;
  near.networks = {*base::IpNetwork::parse("10.2.0.0/16")};
  const std::vector<Seeker> seekers = {{&near, std::nullopt, 80}};
  EXPECT_EQ(choose_addresses(seekers, all({"10.1.0.1"})), Choice{ip("10.1.0.1")});
}

TEST(ServiceChoice, KeepsTheRecordOfAServerAndFillsTheOthersUp) {
  const std::vector<std::optional<ServiceRecord>> has = {
      std::nullopt, ServiceRecord{"b", 80, 1}, ServiceRecord{"gone", 80, 1}, std::nullopt};
  const std::vector<ServiceRecord> known = {{"a", 80, 1}, {"b", 80, 512}, {"b", 81, 1}};
  const auto chosen = choose_services(has, known);
  ASSERT_EQ(chosen.size(), 4U);
  EXPECT_EQ(chosen[0], (ServiceRecord{"a", 80, 0}));
  EXPECT_EQ(chosen[1], (ServiceRecord{"b", 80, 0}));
  EXPECT_EQ(chosen[1]->weight, 512);
  EXPECT_EQ(chosen[2], (ServiceRecord{"b", 81, 0}));
  EXPECT_FALSE(chosen[3]);
}

// Measured on HAProxy 2.6.
TEST(ServiceWeight, IsRoundedUp) {
  EXPECT_EQ(server_weight(0), 0);
  EXPECT_EQ(server_weight(1), 1);
  EXPECT_EQ(server_weight(256), 1);
  EXPECT_EQ(server_weight(512), 2);
  EXPECT_EQ(server_weight(65535), 256);
}

}  // namespace
}  // namespace wslb::proxy::lb
