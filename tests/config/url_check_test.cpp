#include "config/url_check.h"

#include <gmock/gmock.h>

#include "tests/config/loaded.h"

namespace wslb::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

UrlCheck parsed(std::string_view url) {
  const auto check = parse_check_url(url);
  EXPECT_TRUE(check) << url;
  return check ? *check : UrlCheck{};
}

std::string url_error(std::string_view url) {
  const auto check = parse_check_url(url);
  return check ? "no error" : check.error().message;
}

TEST(UrlCheckTest, TakesAUrlApart) {
  const UrlCheck check = parsed("http://10.0.0.1:8404/up?now=1");
  EXPECT_EQ(check.url, "http://10.0.0.1:8404/up?now=1");
  EXPECT_EQ(check.address, base::IpAddress::parse("10.0.0.1"));
  EXPECT_EQ(check.port, 8404);
  EXPECT_EQ(check.host, "10.0.0.1:8404");
  EXPECT_EQ(check.target, "/up?now=1");
}

TEST(UrlCheckTest, PortAndPathMayBeLeftOut) {
  EXPECT_EQ(parsed("http://10.0.0.1").port, 80);
  EXPECT_EQ(parsed("http://10.0.0.1").host, "10.0.0.1");
  EXPECT_EQ(parsed("http://10.0.0.1").target, "/");
  EXPECT_EQ(parsed("http://10.0.0.1:81").target, "/");
  EXPECT_EQ(parsed("http://10.0.0.1?x").target, "/?x");
  EXPECT_EQ(parsed("http://10.0.0.1/a:b").port, 80);
}

TEST(UrlCheckTest, KnowsIpv6InBracketsAndLocalhost) {
  const UrlCheck six = parsed("http://[2001:db8::1]:81/x");
  EXPECT_EQ(six.address, base::IpAddress::parse("2001:db8::1"));
  EXPECT_EQ(six.port, 81);
  EXPECT_EQ(six.host, "[2001:db8::1]:81");
  EXPECT_EQ(six.target, "/x");
  EXPECT_EQ(parsed("http://[::1]").address, base::IpAddress::parse("::1"));
  EXPECT_EQ(parsed("http://localhost:81/").address, base::IpAddress::parse("127.0.0.1"));
  EXPECT_EQ(parsed("http://localhost:81/").host, "localhost:81");
}

TEST(UrlCheckTest, SaysWhatIsWrong) {
  EXPECT_THAT(url_error("https://10.0.0.1/"), HasSubstr("https is not supported"));
  EXPECT_THAT(url_error("10.0.0.1/"), HasSubstr("must begin with http://"));
  EXPECT_THAT(url_error(""), HasSubstr("must begin with http://"));
  EXPECT_THAT(url_error("http://"), HasSubstr("lacks the address"));
  EXPECT_THAT(url_error("http:///up"), HasSubstr("lacks the address"));
  EXPECT_THAT(url_error("http://www.example.com/"), HasSubstr("host names"));
  EXPECT_THAT(url_error("http://u:p@10.0.0.1/"), HasSubstr("expects an IP address"));
  EXPECT_THAT(url_error("http://2001:db8::1/"), HasSubstr("needs brackets"));
  EXPECT_THAT(url_error("http://[10.0.0.1]/"), HasSubstr("brackets are for an IPv6 address"));
  EXPECT_THAT(url_error("http://[::1/"), HasSubstr("expects an IP address"));
  EXPECT_THAT(url_error("http://[::1:"), HasSubstr("expects an IP address"));
  EXPECT_THAT(url_error("http://["), HasSubstr("expects an IP address"));
  EXPECT_THAT(url_error("http://[::1]80/"), HasSubstr("the port is a number"));
  for (const auto* port : {"", "0", "65536", "http", "-1", "80 "}) {
    EXPECT_THAT(url_error("http://10.0.0.1:" + std::string(port)), HasSubstr("expects a URL"))
        << port;
  }
}

TEST(UrlCheckTest, RefusesWhatCannotBeSentOrReached) {
  EXPECT_THAT(url_error("http://10.0.0.1/a b"), HasSubstr("without blanks"));
  EXPECT_THAT(url_error("http://10.0.0.1/\r\nHost: x"), HasSubstr("printable"));
  EXPECT_THAT(url_error("http://10.0.0.1/\xc3\xa4"), HasSubstr("printable"));
  EXPECT_THAT(url_error("http://10.0.0.1/#top"), HasSubstr("fragment"));
  EXPECT_THAT(url_error("http://0.0.0.0/"), HasSubstr("cannot connect"));
  EXPECT_THAT(url_error("http://224.0.0.1/"), HasSubstr("cannot connect"));
  EXPECT_THAT(url_error("http://[fe80::1]/"), HasSubstr("on which interface"));
}

std::string external_errors(const std::string& rest) {
  return diagnostics_of(
      load_text("cluster edge\n node lb1 10.0.0.11\n secret none\n proxy external " + rest + "\n"));
}

TEST(ExternalProxyTest, IsRead) {
  const Config config = clean(
      "cluster edge\n node lb1 10.0.0.11\n secret none\n"
      " proxy external inter 300ms rise 4 pidfile /run/h.pid check http://127.0.0.1/up fall 3\n");
  const ExternalProxy& proxy = *config.cluster->external_proxy;
  EXPECT_EQ(proxy.pidfile, "/run/h.pid");
  EXPECT_EQ(proxy.check.target, "/up");
  EXPECT_EQ(proxy.check.inter, milliseconds(300));
  EXPECT_EQ(proxy.check.fall, 3);
  EXPECT_EQ(proxy.check.rise, 4);
}

TEST(ExternalProxyTest, HasDefaults) {
  const Config config = clean(
      "cluster edge\n node lb1 10.0.0.11\n secret none\n"
      " proxy external pidfile /run/h.pid check http://127.0.0.1/up\n");
  const UrlCheck& check = config.cluster->external_proxy->check;
  EXPECT_EQ(check.inter, milliseconds(200));
  EXPECT_EQ(check.fall, 2);
  EXPECT_EQ(check.rise, 1);
}

TEST(ExternalProxyTest, SaysWhatIsWrong) {
  const std::string good = "pidfile /run/h.pid check http://127.0.0.1/up";
  EXPECT_EQ(external_errors(good), "");
  EXPECT_THAT(external_errors("pidfile /run/h.pid"), HasSubstr("expects: proxy wslb, or"));
  EXPECT_THAT(external_errors("check http://127.0.0.1/"), HasSubstr("expects: proxy wslb, or"));
  EXPECT_THAT(external_errors(good + " inter"), HasSubstr("expects: proxy wslb, or"));
  EXPECT_THAT(external_errors("pidfile h.pid check http://127.0.0.1/"), HasSubstr("absolute path"));
  EXPECT_THAT(external_errors("pidfile /h check https://127.0.0.1/"), HasSubstr("https"));
  EXPECT_THAT(external_errors(good + " inter 0"), HasSubstr("'inter' longer than 0"));
  EXPECT_THAT(external_errors(good + " inter x"), HasSubstr("expects a duration"));
  EXPECT_THAT(external_errors(good + " fall 0"), HasSubstr("whole number from 1"));
  EXPECT_THAT(external_errors(good + " rise 0"), HasSubstr("whole number from 1"));
  EXPECT_THAT(external_errors(good + " pidfiel /x"), HasSubstr("did you mean 'pidfile'"));
}

TEST(ExternalProxyTest, IsNotStartedByTheAgent) {
  EXPECT_THAT(external_errors("pidfile /run/h.pid check http://127.0.0.1/up\n proxy-command x"),
              HasSubstr("cannot start a 'proxy external'"));
}

TEST(TrackCheckTest, HasDefaultsOfItsOwn) {
  const Config config = clean(
      "cluster edge\n node lb1 10.0.0.11\n secret none\nvrrp v\n interface eth0\n vrid 1\n"
      " vip 10.0.0.100\n track check http://10.0.0.1/\n"
      " track check http://10.0.0.1/up inter 2s fall 5 rise 1\n");
  const auto& checks = config.vrrps.at(0).track_checks;
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_EQ(checks[0].inter, seconds(1));
  EXPECT_EQ(checks[0].fall, 3);
  EXPECT_EQ(checks[0].rise, 2);
  EXPECT_EQ(checks[1].target, "/up");
  EXPECT_EQ(checks[1].inter, seconds(2));
  EXPECT_EQ(checks[1].fall, 5);
  EXPECT_EQ(checks[1].rise, 1);
}

}  // namespace
}  // namespace wslb::config
