#include "ctl/arguments.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wslb::ctl {
namespace {

using testing::HasSubstr;

base::Result<Arguments> parse(const std::vector<const char*>& words) {
  return parse_arguments(words);
}

std::string error(const std::vector<const char*>& words) {
  const auto arguments = parse(words);
  return arguments ? "" : arguments.error().message;
}

TEST(Arguments, ReadsEveryCommand) {
  EXPECT_TRUE(std::holds_alternative<StatusCommand>(parse({"status"})->command));
  EXPECT_TRUE(std::holds_alternative<VersionCommand>(parse({"version"})->command));
  EXPECT_TRUE(std::holds_alternative<VersionCommand>(parse({"--version"})->command));
  EXPECT_TRUE(std::holds_alternative<HelpCommand>(parse({"--help"})->command));
  EXPECT_FALSE(std::get<EventsCommand>(parse({"events"})->command).follow);
  EXPECT_TRUE(std::get<EventsCommand>(parse({"events", "-f"})->command).follow);
  EXPECT_EQ(std::get<CheckCommand>(parse({"check"})->command).file, "/etc/wslb/wslb.cfg");
  EXPECT_EQ(std::get<CheckCommand>(parse({"check", "a.cfg"})->command).file, "a.cfg");
}

TEST(Arguments, ReadsAFailoverWithItsOperands) {
  const auto all = std::get<FailoverCommand>(parse({"failover"})->command);
  EXPECT_EQ(all.vrrp, "");
  EXPECT_EQ(all.to, "");
  const auto one = std::get<FailoverCommand>(parse({"failover", "public", "--to", "lb2"})->command);
  EXPECT_EQ(one.vrrp, "public");
  EXPECT_EQ(one.to, "lb2");
}

TEST(Arguments, ReadsTheIdOfAKey) {
  EXPECT_EQ(std::get<KeygenCommand>(parse({"keygen"})->command).id, std::nullopt);
  EXPECT_EQ(std::get<KeygenCommand>(parse({"keygen", "255"})->command).id, 255);
  for (const char* id : {"0", "256", "x", "1x", ""}) {
    EXPECT_THAT(error({"keygen", id}), HasSubstr("1 .. 255"));
  }
}

TEST(Arguments, ReadsHowHardAReloadIs) {
  EXPECT_FALSE(std::get<ReloadCommand>(parse({"reload"})->command).hard);
  EXPECT_TRUE(std::get<ReloadCommand>(parse({"reload", "--hard"})->command).hard);
  EXPECT_THAT(error({"status", "--hard"}), HasSubstr("--hard belongs to 'reload'"));
}

TEST(Arguments, TakesOptionsBeforeAndAfterTheCommand) {
  for (const auto& words : {std::vector<const char*>{"--run-dir", "/tmp/x", "--json", "status"},
                            std::vector<const char*>{"status", "--json", "--run-dir", "/tmp/x"}}) {
    const auto arguments = parse(words);
    ASSERT_TRUE(arguments);
    EXPECT_EQ(arguments->run_dir, "/tmp/x");
    EXPECT_TRUE(arguments->json);
  }
  EXPECT_EQ(parse({"status"})->run_dir, "/run/wslb");
}

TEST(Arguments, NamesWhatIsWrong) {
  EXPECT_THAT(error({}), HasSubstr("which command"));
  EXPECT_THAT(error({"frob"}), HasSubstr("unknown command 'frob'"));
  EXPECT_THAT(error({"--frob", "status"}), HasSubstr("--frob"));
  EXPECT_THAT(error({"status", "now"}), HasSubstr("'now'"));
  EXPECT_THAT(error({"failover", "a", "b"}), HasSubstr("'b'"));
  EXPECT_THAT(error({"status", "--to", "lb2"}), HasSubstr("--to"));
  EXPECT_THAT(error({"status", "-f"}), HasSubstr("-f"));
  EXPECT_THAT(error({"failover", "--to"}), HasSubstr("--to needs a value"));
}

TEST(Arguments, SaysNoToWhatIsToCome) {
  for (const char* verb :
       {"drain", "undrain", "backends", "server", "table", "tunnels", "doctor", "top"}) {
    EXPECT_THAT(error({verb}), HasSubstr("not supported by this version"));
  }
}

}  // namespace
}  // namespace wslb::ctl
