#include "proxy/command_line.h"

#include <gtest/gtest.h>

namespace wslb::proxy {
namespace {

std::vector<std::string> words_of(const CommandWords& command) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < command.size(); ++i) words.push_back(command[i]);
  return words;
}

using Words = std::vector<std::string>;

TEST(CommandLineTest, PartsCommandsAndWords) {
  const CommandLine line = parse_command_line(" show  stat\t-1 ;quit\r");
  ASSERT_EQ(line.commands.size(), 2U);
  EXPECT_EQ(words_of(line.commands[0]), (Words{"show", "stat", "-1"}));
  EXPECT_EQ(words_of(line.commands[1]), (Words{"quit"}));
}

TEST(CommandLineTest, TakesWhatFollowsABackslashAsItIs) {
  const CommandLine line = parse_command_line("a\\;b c\\ d e\\\\");
  ASSERT_EQ(line.commands.size(), 1U);
  EXPECT_EQ(words_of(line.commands[0]), (Words{"a;b", "c d", "e\\"}));
}

TEST(CommandLineTest, NamesOfCommandsAreWholeWords) {
  const CommandLine line = parse_command_line("show statistics");
  EXPECT_FALSE(line.commands[0].begin_with("show stat"));
  EXPECT_TRUE(line.commands[0].begin_with("show"));
  EXPECT_FALSE(line.commands[0].begin_with("show statistics more"));
  EXPECT_FALSE(CommandWords().begin_with("show"));
}

TEST(CommandLineTest, RefusesPayloadsAndWhatIsTooMuch) {
  EXPECT_FALSE(parse_command_line("set map x <<").complaint.empty());
  std::string many;
  for (std::size_t i = 0; i <= kCommandsMax; ++i) many += "help;";
  EXPECT_FALSE(parse_command_line(many).complaint.empty());
  many.clear();
  for (std::size_t i = 0; i <= kWordsMax; ++i) many += "word ";
  EXPECT_FALSE(parse_command_line(many).complaint.empty());
  EXPECT_TRUE(parse_command_line(many).commands.empty());
}

}  // namespace
}  // namespace wslb::proxy
