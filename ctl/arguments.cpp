#include "ctl/arguments.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

namespace wslb::ctl {
namespace {

// The words of the line, options taken out.
struct Line {
  std::vector<std::string> words;
  bool follow = false;
  bool help = false;
  bool hard = false;
  std::optional<std::string> to;
  std::optional<std::string> rows;     // -n
  std::optional<std::string> seconds;  // -i
};

base::Result<Line> split_options(std::span<const char* const> words, Arguments& arguments) {
  Line line;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word = words[i];
    const bool takes_value = word == "--run-dir" || word == "--to" || word == "-n" || word == "-i";
    if (takes_value && i + 1 == words.size()) return base::Error{word + " needs a value"};
    if (word == "--run-dir") {
      arguments.run_dir = words[++i];
    } else if (word == "--to") {
      line.to = words[++i];
    } else if (word == "-n") {
      line.rows = words[++i];
    } else if (word == "-i") {
      line.seconds = words[++i];
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

base::Result<std::uint32_t> parse_number(const std::string& text, std::uint32_t least,
                                         std::uint32_t most, const std::string& what) {
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && stop == end && number >= least && number <= most) return number;
  return base::Error{"'" + text + "' is no " + what + "; expects " + std::to_string(least) +
                     " .. " + std::to_string(most)};
}

base::Result<Command> parse_server(const Line& line) {
  const std::string usage = "'server' expects: BACKEND/SERVER ready|drain|maint, or: weight N";
  if (line.words.size() < 3) return base::Error{usage};
  const std::string& name = line.words[1];
  const std::string& what = line.words[2];
  const auto slash = name.find('/');
  const bool named = slash != std::string::npos && slash > 0 && slash + 1 < name.size();
  if (!named) return base::Error{"'" + name + "' is no BACKEND/SERVER"};
  ServerCommand command{name.substr(0, slash), name.substr(slash + 1), "", std::nullopt};
  const bool is_weight = what == "weight";
  if (line.words.size() != (is_weight ? 4U : 3U)) return base::Error{usage};
  if (is_weight) {
    command.weight = line.words[3];
    return Command(command);
  }
  if (what != "ready" && what != "drain" && what != "maint") return base::Error{usage};
  command.state = what;
  return Command(command);
}

base::Result<std::uint32_t> parse_rows(const Line& line) {
  if (!line.rows) return kRowsShown;
  return parse_number(*line.rows, 0, kRowsMax, "number of rows");
}

base::Result<Command> parse_table(const Line& line) {
  const auto rows = parse_rows(line);
  if (!rows) return rows.error();
  TableCommand command{"", std::nullopt, *rows};
  if (line.words.size() > 1) command.name = line.words[1];
  if (line.words.size() > 2) command.key = line.words[2];
  return Command(command);
}

base::Result<Command> parse_tunnels(const Line& line) {
  const auto rows = parse_rows(line);
  if (!rows) return rows.error();
  return Command(TunnelsCommand{*rows});
}

base::Result<Command> parse_top(const Line& line) {
  if (!line.seconds) return Command(TopCommand{});
  const auto seconds = parse_number(*line.seconds, 1, 60, "number of seconds");
  if (!seconds) return seconds.error();
  return Command(TopCommand{*seconds});
}

std::string operand(const Line& line) {
  return line.words.size() > 1 ? line.words[1] : "";
}

struct Verb {
  std::string_view name;
  std::size_t operands_max;
  std::string_view option;  // the one that it takes besides --json; empty: none
  base::Result<Command> (*parse)(const Line& line);
};

constexpr auto kVerbs = std::to_array<Verb>({
    {"status", 0, "", [](const Line&) { return base::Result<Command>(StatusCommand{}); }},
    {"failover", 1, "--to",
     [](const Line& line) {
       return base::Result<Command>(FailoverCommand{operand(line), line.to.value_or("")});
     }},
    {"drain", 0, "", [](const Line&) { return base::Result<Command>(DrainCommand{true}); }},
    {"undrain", 0, "", [](const Line&) { return base::Result<Command>(DrainCommand{false}); }},
    {"events", 0, "-f",
     [](const Line& line) { return base::Result<Command>(EventsCommand{line.follow}); }},
    {"backends", 1, "",
     [](const Line& line) { return base::Result<Command>(BackendsCommand{operand(line)}); }},
    {"server", 3, "", parse_server},
    {"table", 2, "-n", parse_table},
    {"tunnels", 0, "-n", parse_tunnels},
    {"top", 0, "-i", parse_top},
    {"reload", 0, "--hard",
     [](const Line& line) { return base::Result<Command>(ReloadCommand{line.hard}); }},
    {"check", 1, "",
     [](const Line& line) {
       const bool named = line.words.size() > 1;
       return base::Result<Command>(named ? CheckCommand{operand(line)} : CheckCommand{});
     }},
    {"doctor", 1, "",
     [](const Line& line) {
       const bool named = line.words.size() > 1;
       return base::Result<Command>(named ? DoctorCommand{operand(line)} : DoctorCommand{});
     }},
    {"keygen", 1, "",
     [](const Line& line) {
       return parse_keygen(line.words.size() > 1 ? &line.words[1] : nullptr);
     }},
    {"version", 0, "", [](const Line&) { return base::Result<Command>(VersionCommand{}); }},
    {"help", 0, "", [](const Line&) { return base::Result<Command>(HelpCommand{}); }},
});

// An option that the command does not take; empty: none was given.
std::string_view stray_option(const Line& line, const Verb& verb) {
  const std::array<std::pair<bool, std::string_view>, 5> given{{{line.to.has_value(), "--to"},
                                                                {line.follow, "-f"},
                                                                {line.hard, "--hard"},
                                                                {line.rows.has_value(), "-n"},
                                                                {line.seconds.has_value(), "-i"}}};
  for (const auto& [is_given, option] : given) {
    if (is_given && option != verb.option) return option;
  }
  return {};
}

base::Result<Command> parse_command(const Line& line) {
  const std::string& name = line.words.front();
  const auto* const verb = std::ranges::find(kVerbs, name, &Verb::name);
  if (verb == kVerbs.end()) return base::Error{"unknown command '" + name + "'"};
  if (line.words.size() - 1 > verb->operands_max) {
    return base::Error{"'" + name + "' does not take '" + line.words.back() + "'"};
  }
  if (const std::string_view option = stray_option(line, *verb); !option.empty()) {
    const auto* const owner = std::ranges::find(kVerbs, option, &Verb::option);
    return base::Error{std::string(option) + " belongs to '" + std::string(owner->name) + "'"};
  }
  return verb->parse(line);
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
  return R"(usage: wslbctl [--run-dir DIR] [--json] COMMAND
  status                       how this node and its cluster stand
  top [-i SECONDS]             the same and more, live; q ends it
  failover [VRRP] [--to NODE]  move the VIPs of one vrrp section, or of all
  drain, undrain               this node takes no VIP while another one can; and again
  events [-f]                  what happened; -f goes on with what happens
  backends [NAME]              the proxy's backends and servers
  server B/S ready|drain|maint let a server take clients, those it knows, or none
  server B/S weight N          0 .. 256, or in percent of the configured one
  tunnels [-n N]               open tunnels, N of them (100; 0: all)
  table [NAME [KEY]] [-n N]    sticky tables; the entries of one; the entry of a key
  reload [--hard]              have the proxy read its configuration again; --hard: in a
                               new process, of the program that is installed now
  check [FILE]                 check a configuration, default /etc/wslb/wslb.cfg
  doctor [FILE]                what is wrong on this host, and what to do about it
  keygen [ID]                  a new line for the secret file; with an id of 1 .. 255 to
                               rotate keys: the file's first line signs, all are accepted
  import KEEPALIVED.CONF HAPROXY.CFG [-o FILE] [--address NAME=ADDRESS]...
  import --node NAME=KEEPALIVED.CONF... HAPROXY.CFG [-o FILE]
                               a wslb.cfg of a pair of Keepalived and HAProxy
  version                      of wslbctl and of the agent
exit status: 0 done, 1 the answer is no, 2 wrong usage, 3 no agent can be reached
)";
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
