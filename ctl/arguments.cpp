#include "ctl/arguments.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

namespace wslb::ctl {
namespace {

// Known to the design and to come; a clear no is better than "unknown command".
constexpr std::array<std::string_view, 7> kLater{"drain", "undrain", "backends", "server",
                                                 "table", "tunnels", "top"};

// The words of the line, options taken out.
struct Line {
  std::vector<std::string> words;
  bool follow = false;
  bool help = false;
  bool hard = false;
  std::optional<std::string> to;
};

base::Result<Line> split_options(std::span<const char* const> words, Arguments& arguments) {
  Line line;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word = words[i];
    const bool takes_value = word == "--run-dir" || word == "--to";
    if (takes_value && i + 1 == words.size()) return base::Error{word + " needs a value"};
    if (word == "--run-dir") {
      arguments.run_dir = words[++i];
    } else if (word == "--to") {
      line.to = words[++i];
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

base::Result<Command> parse_keygen(const std::string* operand) {
  if (operand == nullptr) return Command(KeygenCommand{});
  std::uint8_t id = 0;
  const char* const end = operand->data() + operand->size();
  const auto [stop, error] = std::from_chars(operand->data(), end, id);
  if (error != std::errc() || stop != end || id == 0) {
    return base::Error{"'" + *operand + "' is no key id; expects 1 .. 255"};
  }
  return Command(KeygenCommand{id});
}

base::Result<Command> parse_command(const Line& line) {
  const std::string& verb = line.words.front();
  const std::size_t operands = line.words.size() - 1;
  const bool takes_operand =
      verb == "failover" || verb == "check" || verb == "keygen" || verb == "doctor";
  const std::string operand = operands > 0 ? line.words[1] : "";
  if (std::ranges::find(kLater, verb) != kLater.end()) {
    return base::Error{"'" + verb + "' is not supported by this version"};
  }
  if (operands > (takes_operand ? 1U : 0U)) {
    return base::Error{"'" + verb + "' does not take '" + line.words.back() + "'"};
  }
  if (line.to && verb != "failover") return base::Error{"--to belongs to 'failover'"};
  if (line.follow && verb != "events") return base::Error{"-f belongs to 'events'"};
  if (line.hard && verb != "reload") return base::Error{"--hard belongs to 'reload'"};
  if (verb == "reload") return Command(ReloadCommand{line.hard});
  if (verb == "status") return Command(StatusCommand{});
  if (verb == "version") return Command(VersionCommand{});
  if (verb == "help") return Command(HelpCommand{});
  if (verb == "failover") return Command(FailoverCommand{operand, line.to.value_or("")});
  if (verb == "events") return Command(EventsCommand{line.follow});
  if (verb == "check") return Command(operands > 0 ? CheckCommand{operand} : CheckCommand{});
  if (verb == "doctor") return Command(operands > 0 ? DoctorCommand{operand} : DoctorCommand{});
  if (verb == "keygen") return parse_keygen(operands > 0 ? &operand : nullptr);
  return base::Error{"unknown command '" + verb + "'"};
}

// `import` has options of its own: the words behind it, unless they ask for help.
std::optional<std::span<const char* const>> words_of_import(std::span<const char* const> words) {
  std::size_t at = 0;
  while (at < words.size() && std::string_view(words[at]).starts_with("--")) {
    at += std::string_view(words[at]) == "--run-dir" ? 2U : 1U;
  }
  const auto asks_for_help = [](std::string_view word) { return word == "-h" || word == "--help"; };
  if (at >= words.size() || std::string_view(words[at]) != "import") return std::nullopt;
  if (std::ranges::any_of(words, asks_for_help)) return std::nullopt;
  return words.subspan(at + 1);
}

}  // namespace

std::string usage() {
  return "usage: wslbctl [--run-dir DIR] [--json] COMMAND\n"
         "  status                       how this node and its cluster stand\n"
         "  failover [VRRP] [--to NODE]  move the VIPs of one vrrp section, or of all\n"
         "  reload [--hard]              have the proxy read its configuration again; --hard: in "
         "a\n"
         "                               new process, of the program that is installed now\n"
         "  events [-f]                  what happened; -f goes on with what happens\n"
         "  check [FILE]                 check a configuration, default /etc/wslb/wslb.cfg\n"
         "  doctor [FILE]                what is wrong on this host, and what to do about it\n"
         "  keygen [ID]                  a new line for the secret file; with an id of 1 .. 255 "
         "to\n"
         "                               rotate keys: the file's first line signs, all are "
         "accepted\n"
         "  import KEEPALIVED.CONF HAPROXY.CFG [-o FILE] [--address NAME=ADDRESS]...\n"
         "  import --node NAME=KEEPALIVED.CONF... HAPROXY.CFG [-o FILE]\n"
         "                               a wslb.cfg of a pair of Keepalived and HAProxy\n"
         "  version                      of wslbctl and of the agent\n"
         "exit status: 0 done, 1 the answer is no, 2 wrong usage, 3 no agent can be reached\n";
}

base::Result<Arguments> parse_arguments(std::span<const char* const> words) {
  Arguments arguments;
  if (const auto own = words_of_import(words)) {
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
  if (line->words.empty()) return base::Error{"which command?"};
  auto command = parse_command(*line);
  if (!command) return command.error();
  arguments.command = std::move(*command);
  return arguments;
}

}  // namespace wslb::ctl
