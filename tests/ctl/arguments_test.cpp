#include "ctl/arguments.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ctl/command_table.h"

namespace wslb::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

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

TEST(Arguments, ReadsWhatToImport) {
  const auto two = std::get<ImportCommand>(
      parse({"import", "-o", "out", "k.conf", "--address", "lb1=10.0.0.11", "h.cfg"})->command);
  EXPECT_EQ(two.keepalived, "k.conf");
  EXPECT_EQ(two.haproxy, "h.cfg");
  EXPECT_EQ(two.output, "out");
  EXPECT_EQ(two.addresses.front().second, "10.0.0.11");
  const auto each = std::get<ImportCommand>(
      parse({"--run-dir", "/x", "import", "--node", "a=1.conf", "--node", "b=2.conf", "h.cfg"})
          ->command);
  EXPECT_EQ(each.nodes.size(), 2U);
  EXPECT_EQ(each.nodes[1].first, "b");
  EXPECT_EQ(each.keepalived, "");
  EXPECT_THAT(error({"import", "h.cfg"}), HasSubstr("two files"));
  EXPECT_THAT(error({"import", "--node", "a=1", "x", "h.cfg"}), HasSubstr("one file"));
  EXPECT_THAT(error({"import", "--node", "a", "h.cfg"}), HasSubstr("NAME=FILE"));
  EXPECT_THAT(error({"import", "--node", "a b=1", "h.cfg"}), HasSubstr("no name of a node"));
  EXPECT_THAT(error({"import", "--address", "a=x", "k", "h"}), HasSubstr("no IP address"));
  EXPECT_THAT(error({"import", "--address"}), HasSubstr("needs a value"));
  EXPECT_THAT(error({"import", "-x", "k", "h"}), HasSubstr("no option -x"));
  EXPECT_TRUE(std::holds_alternative<HelpCommand>(parse({"import", "--help"})->command));
}

TEST(Arguments, ReadsWhatToLookAt) {
  EXPECT_EQ(std::get<DoctorCommand>(parse({"doctor"})->command).file, "/etc/wslb/wslb.cfg");
  EXPECT_EQ(std::get<DoctorCommand>(parse({"doctor", "a.cfg"})->command).file, "a.cfg");
  EXPECT_THAT(error({"doctor", "a", "b"}), HasSubstr("does not take 'b'"));
  EXPECT_EQ(std::get<DoctorCommand>(parse({"doctor"})->command).listen, std::nullopt);
  EXPECT_EQ(std::get<DoctorCommand>(parse({"doctor", "--listen", "9"})->command).listen, 9U);
  EXPECT_THAT(error({"doctor", "--listen", "61"}), HasSubstr("expects 0 .. 60"));
  EXPECT_THAT(error({"status", "--listen", "1"}), HasSubstr("belongs to 'doctor'"));
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
  EXPECT_THAT(error({}), HasSubstr("lacks a command"));
  EXPECT_THAT(error({"satus"}), HasSubstr("did you mean 'status'?"));
  EXPECT_THAT(error({"frob"}), HasSubstr("unknown command 'frob'"));
  EXPECT_THAT(error({"--frob", "status"}), HasSubstr("--frob"));
  EXPECT_THAT(error({"status", "now"}), HasSubstr("'now'"));
  EXPECT_THAT(error({"failover", "a", "b"}), HasSubstr("'b'"));
  EXPECT_THAT(error({"status", "--to", "lb2"}), HasSubstr("--to"));
  EXPECT_THAT(error({"status", "-f"}), HasSubstr("-f"));
  EXPECT_THAT(error({"failover", "--to"}), HasSubstr("--to needs a value"));
}

TEST(Arguments, ReadsWhatChangesServersAndTheNode) {
  EXPECT_TRUE(std::get<DrainCommand>(parse({"drain"})->command).on);
  EXPECT_FALSE(std::get<DrainCommand>(parse({"undrain"})->command).on);
  const auto state = std::get<ServerCommand>(parse({"server", "app/s1", "maint"})->command);
  EXPECT_EQ(state.backend, "app");
  EXPECT_EQ(state.server, "s1");
  EXPECT_EQ(state.state, "maint");
  EXPECT_EQ(state.weight, std::nullopt);
  const auto weight = std::get<ServerCommand>(parse({"server", "a/b", "weight", "50%"})->command);
  EXPECT_EQ(weight.state, "");
  EXPECT_EQ(weight.weight, "50%");
  EXPECT_THAT(error({"server", "app", "maint"}), HasSubstr("no BACKEND/SERVER"));
  EXPECT_THAT(error({"server", "/s", "maint"}), HasSubstr("no BACKEND/SERVER"));
  for (const auto& words : {std::vector<const char*>{"server"},
                            {"server", "a/b"},
                            {"server", "a/b", "down"},
                            {"server", "a/b", "weight"},
                            {"server", "a/b", "ready", "9"}}) {
    EXPECT_THAT(error(words), HasSubstr("'server' expects"));
  }
}

TEST(Arguments, EveryCommandOfTheTableIsReadAndShown) {
  for (const Verb& verb : command_table()) {
    EXPECT_TRUE(std::string(verb.usage).starts_with("  " + std::string(verb.name)));
    EXPECT_THAT(usage(), HasSubstr(std::string(verb.usage)));
    EXPECT_THAT(usage_json(), HasSubstr("\"name\":\"" + std::string(verb.name) + "\""));
    const std::string name(verb.name);
    EXPECT_THAT(error({name.c_str()}), Not(HasSubstr("unknown command")));
  }
  for (const auto& line :
       {std::vector<const char*>{"--json", "import", "k", "h"}, {"--json", "help"}}) {
    EXPECT_TRUE(parse(line)->json);
  }
}

TEST(Arguments, ReadsLists) {
  EXPECT_EQ(std::get<BackendsCommand>(parse({"backends", "app"})->command).name, "app");
  EXPECT_EQ(std::get<TunnelsCommand>(parse({"tunnels"})->command).rows, kRowsShown);
  EXPECT_EQ(std::get<TunnelsCommand>(parse({"tunnels", "-n", "0"})->command).rows, 0U);
  const auto table = std::get<TableCommand>(parse({"table", "app", "k", "-n", "5"})->command);
  EXPECT_EQ(table.name, "app");
  EXPECT_EQ(table.key, "k");
  EXPECT_EQ(table.rows, 5U);
  EXPECT_EQ(std::get<TopCommand>(parse({"top", "-i", "5"})->command).seconds, 5U);
  EXPECT_THAT(error({"top", "-i", "0"}), HasSubstr("expects 1 .. 60"));
  EXPECT_THAT(error({"tunnels", "-n", "-1"}), HasSubstr("no number of rows"));
  EXPECT_THAT(error({"status", "-n", "1"}), HasSubstr("-n belongs to"));
}

}  // namespace
}  // namespace wslb::ctl
