#include "agent/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/options.h"

namespace wslb::agent {
namespace {

using testing::HasSubstr;

config::Cluster two_nodes() {
  config::Cluster cluster;
  cluster.name = "edge";
  for (const char* name : {"lb1", "lb2"})
    cluster.nodes.push_back({.name = name, .address = {}, .where = {}});
  return cluster;
}

TEST(ConfigFile, SaysWhichFileCannotBeRead) {
  const auto loaded = load_files({"/nonexistent/wslb.cfg"});
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, HasSubstr("/nonexistent/wslb.cfg: No such file"));
}

TEST(ConfigFile, ChoosesTheNodeThatIsAskedForAndNamesTheKnownOnesOtherwise) {
  EXPECT_EQ(*choose_node(two_nodes(), "lb2"), "lb2");
  const auto unknown = choose_node(two_nodes(), "lb3");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("-n which one it is: lb1, lb2"));
}

TEST(ConfigFile, AnAgentNeedsACluster) {
  config::Config config;
  EXPECT_EQ(find_obstacles(config).size(), 1U);
  config.cluster = two_nodes();
  EXPECT_TRUE(find_obstacles(config).empty());
}

TEST(ConfigFile, NamesHooksThatCannotRunSecretsThatCannotBeReadAndChecksThatDisagree) {
  config::Config config;
  config.cluster = two_nodes();
  config.cluster->secret_file = "/nonexistent/key";
  config.cluster->where = {"a.cfg", 1};
  config::VrrpSection& section = config.vrrps.emplace_back();
  section.where = {"a.cfg", 9};
  section.notify = {"/nonexistent/hook"};
  section.track_checks.emplace_back().url = "http://127.0.0.1/up";
  config.vrrps.push_back(section);
  config.vrrps.back().notify = {"/bin/true"};
  config.vrrps.back().track_checks.front().fall = 7;
  const auto obstacles = find_obstacles(config);
  ASSERT_EQ(obstacles.size(), 3U);
  EXPECT_THAT(obstacles[0], HasSubstr("a.cfg:1: error: secret-file /nonexistent/key"));
  EXPECT_THAT(obstacles[1], HasSubstr("a.cfg:9: error: notify: cannot run /nonexistent/hook"));
  EXPECT_THAT(obstacles[2], HasSubstr("other settings"));
}

base::Result<Options> parse(std::vector<std::string> words) {
  words.insert(words.begin(), "wslb-agent");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  const int count = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  return parse_options(count, argv.data());
}

TEST(Options, ReadsEveryFlag) {
  const auto options = parse({"-f", "a.cfg", "-f", "b.cfg", "-c", "-n", "lb1", "--run-dir=/tmp/x",
                              "--log-level", "debug"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->files, (std::vector<std::string>{"a.cfg", "b.cfg"}));
  EXPECT_TRUE(options->check_only);
  EXPECT_EQ(options->node, "lb1");
  EXPECT_EQ(options->run_dir, "/tmp/x");
  EXPECT_EQ(options->log_level, "debug");
}

TEST(Options, NamesWhatIsWrong) {
  EXPECT_THAT(parse({"--frob"}).error().message, HasSubstr("--frob"));
  EXPECT_THAT(parse({"-n"}).error().message, HasSubstr("-n needs a value"));
  EXPECT_THAT(parse({"wslb.cfg"}).error().message, HasSubstr("wslb.cfg"));
  EXPECT_THAT(parse({"--log-level", "loud"}).error().message, HasSubstr("loud"));
}

}  // namespace
}  // namespace wslb::agent
