// A file of HAProxy 1.x means what its modern spelling means.
#include <gtest/gtest.h>

#include "tests/config/loaded.h"

namespace wslb::config {
namespace {

constexpr auto kOld = R"(
defaults
    mode http
    contimeout 4000
    clitimeout 50s
    srvtimeout 60000
listen web 127.0.0.1:8000
    option forceclose
    reqidel ^X-Proto:.*
    reqadd X-Proto:\ 100%\ https if { src 10.0.0.0/8 }
    rspadd X-Via:wslb
    server a 10.0.0.1:80
)";

TEST(CompatTest, OldWordsMeanTheirModernOnes) {
  const auto loaded = load({{"old.cfg", kOld}}, {}, {}, Dialect::WithHaproxy1);
  EXPECT_FALSE(loaded.diagnostics.has_errors()) << diagnostics_of(loaded);
  EXPECT_EQ(loaded.diagnostics.all().size(), 8U) << diagnostics_of(loaded);
  const ProxySection& web = loaded.config.proxies.at(0);
  EXPECT_EQ(web.timeouts.connect, std::chrono::seconds(4));
  EXPECT_EQ(web.timeouts.client, std::chrono::seconds(50));
  EXPECT_EQ(web.timeouts.server, std::chrono::seconds(60));
  EXPECT_TRUE(web.options.httpclose);
  ASSERT_EQ(web.request_rules.size(), 2U);
  EXPECT_EQ(web.request_rules[0].name, "X-Proto");
  ASSERT_EQ(web.request_rules[1].value.parts.size(), 1U);
  EXPECT_EQ(web.request_rules[1].value.parts[0].text, "100% https");
  EXPECT_EQ(web.response_rules.size(), 1U);
  ASSERT_EQ(web.binds.size(), 1U);
  EXPECT_EQ(web.binds[0].endpoint.port, 8000);
}

TEST(CompatTest, TheAdviceIsWhatItWasReadAs) {
  constexpr std::string_view kBegin = "read as: ";
  const auto loaded = load({{"old.cfg", kOld}}, {}, {}, Dialect::WithHaproxy1);
  std::string text = "listen l\n bind 127.0.0.1:1\n server a 10.0.0.1:80\n";
  for (const Diagnostic& each : loaded.diagnostics.all()) {
    const auto place = each.message.find(kBegin);
    if (place != std::string::npos) text += " " + each.message.substr(place + kBegin.size()) + "\n";
  }
  const ProxySection modern = clean(" defaults\n mode http\n" + text).proxies.at(0);
  EXPECT_EQ(modern.timeouts.server, std::chrono::seconds(60));
  EXPECT_TRUE(modern.options.httpclose);
}

TEST(CompatTest, WithoutTheSwitchTheyAreErrors) {
  EXPECT_TRUE(load({{"old.cfg", kOld}}).diagnostics.has_errors());
}

}  // namespace
}  // namespace wslb::config
