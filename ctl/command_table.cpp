#include "ctl/command_table.h"

#include <array>
#include <charconv>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace wslb::ctl {
namespace {

base::Result<Command> parse_keygen(const CommandLine& line) {
  if (line.words.size() < 2) return Command(KeygenCommand{});
  const std::string& text = line.words[1];
  std::uint8_t id = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, id);
  if (error != std::errc() || stop != end || id == 0) {
    return base::Error{"'" + text + "' is no key id; expects 1 .. 255"};
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

base::Result<Command> parse_server(const CommandLine& line) {
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

base::Result<std::uint32_t> parse_rows(const CommandLine& line) {
  if (!line.rows) return kRowsShown;
  return parse_number(*line.rows, 0, kRowsMax, "number of rows");
}

base::Result<Command> parse_table(const CommandLine& line) {
  const auto rows = parse_rows(line);
  if (!rows) return rows.error();
  TableCommand command{"", std::nullopt, *rows};
  if (line.words.size() > 1) command.name = line.words[1];
  if (line.words.size() > 2) command.key = line.words[2];
  return Command(command);
}

base::Result<Command> parse_tunnels(const CommandLine& line) {
  const auto rows = parse_rows(line);
  if (!rows) return rows.error();
  return Command(TunnelsCommand{*rows});
}

base::Result<Command> parse_top(const CommandLine& line) {
  if (!line.seconds) return Command(TopCommand{});
  const auto seconds = parse_number(*line.seconds, 1, 60, "number of seconds");
  if (!seconds) return seconds.error();
  return Command(TopCommand{*seconds});
}

base::Result<Command> parse_doctor(const CommandLine& line) {
  DoctorCommand command;
  if (line.words.size() > 1) command.file = line.words[1];
  if (!line.listen) return Command(command);
  const auto seconds = parse_number(*line.listen, 0, kListenSecondsMax, "number of seconds");
  if (!seconds) return seconds.error();
  command.listen = *seconds;
  return Command(command);
}

using Parsed = base::Result<Command>;

constexpr auto kVerbs = std::to_array<Verb>({
    {"status",
     "  status                       how this node and its cluster stand\n",
     0,
     {},
     true,
     [](const CommandLine&) { return Parsed(StatusCommand{}); }},
    {"top", "  top [-i SECONDS]             the same and more, live; q ends it\n", 0, "-i", true,
     parse_top},
    {"failover", "  failover [VRRP] [--to NODE]  move the VIPs of one vrrp section, or of all\n", 1,
     "--to", true,
     [](const CommandLine& line) {
       return Parsed(FailoverCommand{line.operand(1), line.to.value_or("")});
     }},
    {"drain",
     "  drain                        this node takes no VIP while another one can\n",
     0,
     {},
     true,
     [](const CommandLine&) { return Parsed(DrainCommand{true}); }},
    {"undrain",
     "  undrain                      ... and takes them again\n",
     0,
     {},
     true,
     [](const CommandLine&) { return Parsed(DrainCommand{false}); }},
    {"events", "  events [-f]                  what happened; -f goes on with what happens\n", 0,
     "-f", true, [](const CommandLine& line) { return Parsed(EventsCommand{line.follow}); }},
    {"backends",
     "  backends [NAME]              the proxy's backends and servers\n",
     1,
     {},
     true,
     [](const CommandLine& line) { return Parsed(BackendsCommand{line.operand(1)}); }},
    {"server",
     "  server B/S ready|drain|maint let a server take clients, those it knows, or none\n"
     "  server B/S weight N          0 .. 256, or in percent of the configured one\n",
     3,
     {},
     true,
     parse_server},
    {"tunnels", "  tunnels [-n N]               open tunnels, N of them (100; 0: all)\n", 0, "-n",
     true, parse_tunnels},
    {"table",
     "  table [NAME [KEY]] [-n N]    sticky tables; the entries of one; the entry of a key\n", 2,
     "-n", true, parse_table},
    {"reload",
     "  reload [--hard]              have the proxy read its configuration again; --hard: in a\n"
     "                               new process, of the program that is installed now\n",
     0, "--hard", true, [](const CommandLine& line) { return Parsed(ReloadCommand{line.hard}); }},
    {"check",
     "  check [FILE]                 check a configuration, default /etc/wslb/wslb.cfg\n",
     1,
     {},
     false,
     [](const CommandLine& line) {
       return Parsed(line.words.size() > 1 ? CheckCommand{line.operand(1)} : CheckCommand{});
     }},
    {"doctor",
     "  doctor [FILE] [--listen SECONDS]\n"
     "                               what is wrong on this host, and what to do about it\n",
     1, "--listen", false, parse_doctor},
    {"keygen",
     "  keygen [ID]                  a new line for the secret file; with an id of 1 .. 255 to\n"
     "                               rotate keys: the file's first line signs, all are accepted\n",
     1,
     {},
     false,
     parse_keygen},
    {"import",
     "  import KEEPALIVED.CONF HAPROXY.CFG [-o FILE] [--address NAME=ADDRESS]...\n"
     "  import --node NAME=KEEPALIVED.CONF... HAPROXY.CFG [-o FILE]\n"
     "                               a wslb.cfg of a pair of Keepalived and HAProxy\n",
     0,
     {},
     false,
     [](const CommandLine&) { return Parsed(base::Error{"import's words stand behind it"}); }},
    {"version",
     "  version                      of wslbctl and of the agent\n",
     0,
     {},
     true,
     [](const CommandLine&) { return Parsed(VersionCommand{}); }},
    {"help",
     "  help                         this text\n",
     0,
     {},
     false,
     [](const CommandLine&) { return Parsed(HelpCommand{}); }},
});

}  // namespace

std::span<const Verb> command_table() {
  return kVerbs;
}

std::string usage() {
  std::string text = "usage: wslbctl [--run-dir DIR] [--json] COMMAND\n";
  for (const Verb& verb : kVerbs) text += verb.usage;
  return text +
         "exit status: 0 done, 1 the answer is no, 2 wrong usage, 3 no agent can be reached\n";
}

std::string usage_json() {
  namespace json = boost::json;
  json::array commands;
  for (const Verb& verb : kVerbs) {
    commands.push_back(
        {{"name", verb.name}, {"usage", verb.usage}, {"needs_agent", verb.needs_agent}});
  }
  return json::serialize(commands) + "\n";
}

}  // namespace wslb::ctl
