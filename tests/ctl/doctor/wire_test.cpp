// What doctor makes of adverts that it has heard itself, where no agent runs.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ctl/doctor/judge.h"
#include "vrrp/auth_trailer.h"
#include "vrrp/packet.h"

namespace wslb::ctl::doctor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

base::IpAddress ip(const char* text) {
  return *base::IpAddress::parse(text);
}

config::Config configured(const std::string& lines) {
  auto loaded =
      config::load({{"wslb.cfg",
                     "cluster c\n    node lb1 10.0.0.11\n    node lb2 10.0.0.12\n"
                     "    node lb3 10.0.0.13\n    secret none\n"
                     "vrrp web\n    interface eth0\n    vrid 51\n    vip 10.0.0.100/24\n" +
                         lines}});
  EXPECT_FALSE(loaded.diagnostics.has_errors());
  return std::move(loaded.config);
}

Facts deaf_host(const std::string& lines = "    advert 100ms\n") {
  Facts facts;
  facts.file = "wslb.cfg";
  facts.config = configured(lines);
  facts.links["eth0"].addresses = {{ip("10.0.0.11"), 24}};
  facts.listened = 1200ms;
  return facts;
}

vrrp::Advert good() {
  return {.version = 3,
          .vrid = 51,
          .priority = 199,
          .interval = 100ms,
          .addresses = {ip("10.0.0.100")}};
}

HeardPacket packet(const char* source, const vrrp::Advert& advert) {
  const auto group = vrrp::multicast_group(base::Family::V4);
  return {"eth0", ip(source), group, 255,
          vrrp::encode(advert, ip(source), group, vrrp::ChecksumForm::PseudoHeader)};
}

Report report_of(const Facts& facts) {
  Report report;
  judge_wire(facts, report);
  return report;
}

// "ID: what".
std::vector<std::string> told(const Facts& facts) {
  std::vector<std::string> all;
  for (const Finding& one : report_of(facts).findings) all.push_back(one.id + ": " + one.what);
  return all;
}

TEST(Wire, APeerThatIsActiveIsNothingToTell) {
  Facts facts = deaf_host();
  facts.heard = {packet("10.0.0.12", good()), packet("10.0.0.12", good())};
  EXPECT_THAT(told(facts), IsEmpty());
  EXPECT_THAT(report_of(facts).unchecked, IsEmpty());
}

TEST(Wire, SilenceIsToldWhenItWasLongEnough) {
  Facts facts = deaf_host();
  EXPECT_THAT(told(facts), ElementsAre(HasSubstr("nobody-active: no adverts for vrrp 'web'")));
  facts = deaf_host("    advert 1s\n");
  EXPECT_THAT(told(facts), IsEmpty());
  EXPECT_THAT(report_of(facts).unchecked, ElementsAre(HasSubstr("--listen 4")));
  facts.listened = 5s;
  EXPECT_THAT(told(facts), ElementsAre(HasSubstr("nobody-active")));
  facts.listened.reset();
  EXPECT_THAT(told(facts), IsEmpty());
  EXPECT_THAT(report_of(facts).unchecked, IsEmpty());
}

TEST(Wire, AnotherVirtualRouterOfOurVrid) {
  Facts facts = deaf_host();
  vrrp::Advert other = good();
  other.addresses = {ip("10.0.0.200")};
  facts.heard = {packet("10.0.0.12", good()), packet("10.0.0.77", other),
                 packet("10.0.0.77", other)};
  EXPECT_THAT(told(facts),
              ElementsAre("vrid-clash: another virtual router has the VRID 51 of vrrp 'web': "
                          "10.0.0.77 uses it for 10.0.0.200"));
}

TEST(Wire, TwoThatAreActive) {
  Facts facts = deaf_host();
  const auto a = packet("10.0.0.12", good());
  const auto b = packet("10.0.0.13", good());
  facts.heard = {a, a, b, b};  // a hand-over
  EXPECT_THAT(told(facts), IsEmpty());
  facts.heard = {a, b, a};
  EXPECT_THAT(told(facts), ElementsAre(HasSubstr("two-active: lb2 (10.0.0.12) and lb3 ")));
}

TEST(Wire, WhatTheAgentWouldNotHeed) {
  Facts facts = deaf_host();
  vrrp::Advert old = good();
  old.version = 2;
  old.interval = 1s;
  facts.heard = {packet("10.0.0.12", old)};
  EXPECT_THAT(told(facts), ElementsAre(HasSubstr("they are of version 2, here 'version' is 3")));

  // Keepalived's `authentication`, in its second byte of two.
  facts.heard[0].payload[4] = 1;
  EXPECT_THAT(told(facts), ElementsAre(HasSubstr("an 'authentication'")));

  facts = deaf_host("    version 2\n    advert 2s\n");
  facts.listened = 10s;
  facts.heard = {packet("10.0.0.12", old)};
  EXPECT_THAT(told(facts), ElementsAre(HasSubstr("their interval is not the 'advert' here")));

  facts = deaf_host();
  facts.heard = {packet("10.0.0.12", good())};
  facts.heard[0].ttl = 254;
  EXPECT_THAT(told(facts), ElementsAre(HasSubstr("through a router")));

  facts.heard = {packet("10.0.0.12", good())};
  vrrp::sign(facts.heard[0].payload, vrrp::NumberedKey{}, 1, {3, 51, ip("10.0.0.12")},
             facts.heard[0].destination);
  EXPECT_THAT(told(facts), ElementsAre(HasSubstr("they are signed, here is 'auth none'")));
}

TEST(Wire, OtherVipsOfAPeer) {
  Facts facts = deaf_host();
  vrrp::Advert more = good();
  more.addresses.push_back(ip("10.0.0.101"));
  facts.heard = {packet("10.0.0.12", more)};
  EXPECT_THAT(told(facts),
              ElementsAre(HasSubstr("advert-differs: lb2 (10.0.0.12) advertises 10.0.0.100, "
                                    "10.0.0.101 in vrrp 'web', here it is 10.0.0.100")));
}

TEST(Wire, OwnAndOtherSectionsPacketsDoNotCount) {
  Facts facts = deaf_host();
  vrrp::Advert other = good();
  other.vrid = 52;
  facts.heard = {packet("10.0.0.11", good()), packet("10.0.0.12", other)};
  EXPECT_THAT(told(facts), ElementsAre(HasSubstr("nobody-active")));
}

}  // namespace
}  // namespace wslb::ctl::doctor
