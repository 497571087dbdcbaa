#include "ctl/arguments.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "config/spelling.h"
#include "ctl/command_table.h"

namespace wslb::ctl {
namespace {

bool takes_value(std::string_view option) {
  return option == "--run-dir" || option == "--to" || option == "-n" || option == "-i" ||
         option == "--listen";
}

base::Result<CommandLine> split_options(std::span<const char* const> words, Arguments& arguments) {
  CommandLine line;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word = words[i];
    if (takes_value(word) && i + 1 == words.size()) return base::Error{word + " needs a value"};
    if (word == "--run-dir") {
      arguments.run_dir = words[++i];
    } else if (word == "--to") {
      line.to = words[++i];
    } else if (word == "-n") {
      line.rows = words[++i];
    } else if (word == "-i") {
      line.seconds = words[++i];
    } else if (word == "--listen") {
      line.listen = words[++i];
    } else if (word == "--json") {
      arguments.json = true;
    } else if (word == "-f" || word == "--follow") {
      line.follow = true;
    } else if (word == "--hard") {
      line.hard = true;
    } else if (word == "-h" || word == "--help") {
      line.help = true;
    } else if (word == "-v" || word == "--version") {
      line.words.insert(line.words.begin(), "version");
    } else if (word.starts_with("-") && word.size() > 1) {
      return base::Error{"unknown option " + word};
    } else {
      line.words.push_back(word);
    }
  }
  return line;
}

// An option that the command does not take; empty: none was given.
std::string_view stray_option(const CommandLine& line, const Verb& verb) {
  const std::array<std::pair<bool, std::string_view>, 6> given{
      {{line.to.has_value(), "--to"},
       {line.listen.has_value(), "--listen"},
       {line.follow, "-f"},
       {line.hard, "--hard"},
       {line.rows.has_value(), "-n"},
       {line.seconds.has_value(), "-i"}}};
  for (const auto& [is_given, option] : given) {
    if (is_given && option != verb.option) return option;
  }
  return {};
}

base::Result<Command> parse_command(const CommandLine& line) {
  const std::string& name = line.words.front();
  const auto verb = std::ranges::find(command_table(), name, &Verb::name);
  if (verb == command_table().end()) {
    std::vector<std::string_view> names;
    for (const Verb& one : command_table()) names.push_back(one.name);
    return base::Error{"unknown command '" + name + "'" + config::did_you_mean(name, names)};
  }
  if (line.words.size() - 1 > verb->operands_max) {
    return base::Error{"'" + name + "' does not take '" + line.words.back() + "'"};
  }
  if (const std::string_view option = stray_option(line, *verb); !option.empty()) {
    const auto owner = std::ranges::find(command_table(), option, &Verb::option);
    return base::Error{std::string(option) + " belongs to '" + std::string(owner->name) + "'"};
  }
  return verb->parse(line);
}

// `import` has options of its own: the words behind it, unless they ask for help.
std::optional<std::span<const char* const>> words_of_import(std::span<const char* const> words,
                                                            Arguments& arguments) {
  std::size_t at = 0;
  while (at < words.size() && std::string_view(words[at]).starts_with("--")) {
    if (std::string_view(words[at]) == "--json") arguments.json = true;
    at += std::string_view(words[at]) == "--run-dir" ? 2U : 1U;
  }
  const auto asks_for_help = [](std::string_view word) { return word == "-h" || word == "--help"; };
  if (at >= words.size() || std::string_view(words[at]) != "import") return std::nullopt;
  if (std::ranges::any_of(words, asks_for_help)) return std::nullopt;
  return words.subspan(at + 1);
}

}  // namespace

base::Result<Arguments> parse_arguments(std::span<const char* const> words) {
  Arguments arguments;
  if (const auto own = words_of_import(words, arguments)) {
    auto command = parse_import(*own);
    if (!command) return command.error();
    arguments.command = std::move(*command);
    return arguments;
  }
  const auto line = split_options(words, arguments);
  if (!line) return line.error();
  if (line->help) {
    arguments.command = HelpCommand{};
    return arguments;
  }
  if (line->words.empty()) return base::Error{"lacks a command"};
  auto command = parse_command(*line);
  if (!command) return command.error();
  arguments.command = std::move(*command);
  return arguments;
}

}  // namespace wslb::ctl
