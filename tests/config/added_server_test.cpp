#include "config/added_server.h"

#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wslb::config {
namespace {

using testing::HasSubstr;

constexpr auto kText = R"(
defaults
    mode http
    timeout connect 1s
    timeout server 1s
    timeout client 1s
frontend web
    bind :80
    http-request deny if { srv_is_up(app/asked) }
    default_backend app
backend app
    default-server weight 9
    source 10.0.0.9
    server a 10.0.0.1:80 id 2
    server asked 10.0.0.2:80
    server tracked 10.0.0.3:80 check
    server named 10.0.0.4:80
    use-server named if { path /named }
backend other
    server a 10.0.0.1:80
    server t 10.0.0.1:80 track app/tracked
)";

class AddedServerTest : public testing::Test {
 protected:
  AddedServerTest() {
    LoadResult loaded = load({{"test.cfg", kText}});
    EXPECT_FALSE(loaded.diagnostics.has_errors()) << loaded.diagnostics.all().front().to_string();
    config_ = std::move(loaded.config);
  }

  [[nodiscard]] const ProxySection& app() const { return *config_.find_backend("app"); }

  [[nodiscard]] base::Result<Server> add(const std::string& line) const {
    std::istringstream words(line);
    const std::vector<std::string> all(std::istream_iterator<std::string>(words), {});
    return parse_added_server(config_, app(), all, {"added", 1});
  }

  Config config_;
};

TEST_F(AddedServerTest, IsInMaintenanceAndKnowsNoDefaults) {
  const auto server = add("b 10.0.0.5:80");
  ASSERT_TRUE(server);
  EXPECT_TRUE(server->disabled);
  EXPECT_TRUE(server->added);
  EXPECT_EQ(server->weight, 1);
  EXPECT_EQ(server->sources, app().sources);
  EXPECT_EQ(server->sources.size(), 1U);
  EXPECT_FALSE(add("b 10.0.0.5:80 enabled")->disabled);
}

TEST_F(AddedServerTest, HasTheLowestNumberThatIsFree) {
  EXPECT_EQ(add("b 10.0.0.5:80")->id, 1U);
  EXPECT_EQ(add("b 10.0.0.5:80 id 9")->id, 9U);
  EXPECT_THAT(add("b 10.0.0.5:80 id 2").error().message, HasSubstr("'id' 2"));
}

TEST_F(AddedServerTest, AllThatIsWrongIsTold) {
  const auto message = [this](const std::string& line) { return add(line).error().message; };
  EXPECT_THAT(message("b"), HasSubstr("expects: NAME ADDRESS:PORT"));
  EXPECT_THAT(message("b 10.0.0.5:80 cookie x"), HasSubstr("'cookie' is not for servers added"));
  EXPECT_THAT(message("b 10.0.0.5:80 cookie x tcp-ut 1s"),
              AllOf(HasSubstr("'cookie'"), HasSubstr("'tcp-ut'")));
  EXPECT_THAT(message("b host.example:80"), HasSubstr("needs an address"));
  EXPECT_THAT(message("b 10.0.0.5:80 track app/nope"), HasSubstr("not there"));
  EXPECT_THAT(message("b 10.0.0.5:80 track nope/a"), HasSubstr("not there"));
  EXPECT_THAT(message("b 10.0.0.5:80 track a"), HasSubstr("has no check"));
  EXPECT_THAT(message("b 10.0.0.5:80 track tracked check"), HasSubstr("a check of its own"));
  EXPECT_TRUE(add("b 10.0.0.5:80 track tracked"));
  EXPECT_THAT(message("b 10.0.0.5:80 ssl"), HasSubstr("verify"));
}

TEST_F(AddedServerTest, WhatIsReferredToIsKnown) {
  EXPECT_FALSE(is_referred_to(config_, app(), "a"));
  EXPECT_TRUE(is_referred_to(config_, app(), "asked"));
  EXPECT_TRUE(is_referred_to(config_, app(), "tracked"));
  EXPECT_TRUE(is_referred_to(config_, app(), "named"));
  EXPECT_FALSE(is_referred_to(config_, *config_.find_backend("other"), "a"));
}

}  // namespace
}  // namespace wslb::config
