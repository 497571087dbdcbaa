#include "proxy/runtime_commands.h"

#include <array>

#include "proxy/frontend_commands.h"
#include "proxy/resolver_commands.h"
#include "proxy/server_commands.h"
#include "proxy/server_list_commands.h"
#include "proxy/show_commands.h"
#include "proxy/stick_commands.h"

namespace wslb::proxy {
namespace {

using Level = config::StatsSocket::Level;

struct Command {
  std::string_view name;
  std::string_view usage;
  Level level;
  std::string (*run)(RuntimeContext&, const CommandWords&);
};

constexpr auto kCommands = std::to_array<Command>({
    {"add server", "add server <bk>/<srv> <address> [<option>]...", Level::Admin, add_server},
    {"clear counters", "clear counters [all]", Level::Operator, clear_counters},
    {"clear table", "clear table <table> [<filter>]*", Level::Operator, clear_table},
    {"del server", "del server <bk>/<srv>", Level::Admin, del_server},
    {"disable frontend", "disable frontend <frontend>", Level::Admin, disable_frontend},
    {"disable health", "disable health <bk>/<srv>", Level::Admin, disable_health},
    {"disable server", "disable server <bk>/<srv>", Level::Admin, disable_server},
    {"enable frontend", "enable frontend <frontend>", Level::Admin, enable_frontend},
    {"enable health", "enable health <bk>/<srv>", Level::Admin, enable_health},
    {"enable server", "enable server <bk>/<srv>", Level::Admin, enable_server},
    {"get weight", "get weight <bk>/<srv>", Level::User, get_weight},
    {"set maxconn frontend", "set maxconn frontend <frontend> <value>", Level::Admin,
     set_maxconn_frontend},
    {"set maxconn global", "set maxconn global <value>", Level::Admin, set_maxconn_global},
    {"set maxconn server", "set maxconn server <bk>/<srv> <value>", Level::Admin,
     set_maxconn_server},
    {"set server", "set server <bk>/<srv> addr | health | state | weight <value>", Level::Admin,
     set_server},
    {"set table", "set table <table> key <key> [data.<data_type> <value>]*", Level::Operator,
     set_table},
    {"set weight", "set weight <bk>/<srv> <weight>[%]", Level::Admin, set_weight},
    {"show backend", "show backend", Level::User, show_backend},
    {"show errors", "show errors [<px>] [request|response]", Level::Operator, show_errors},
    {"show info", "show info [typed|json]", Level::User, show_info},
    {"show resolvers", "show resolvers [<id>]", Level::User, show_resolvers},
    {"show servers state", "show servers state [<backend>]", Level::User, show_servers_state},
    {"show sess", "show sess [<id>]", Level::Operator, show_sessions},
    {"show stat", "show stat [<proxy> <types> <server>] [typed|json|up|no-maint]...", Level::User,
     show_stat},
    {"show table", "show table [<table> [<filter>]*]", Level::User, show_table},
    {"shutdown frontend", "shutdown frontend <frontend>", Level::Admin, shutdown_frontend},
    {"shutdown sessions server", "shutdown sessions server <bk>/<srv>", Level::Admin,
     shutdown_sessions},
    {"shutdown session", "shutdown session <id>", Level::Admin, shutdown_session},
});

std::string help(std::string_view first_line) {
  std::string text(first_line);
  for (const Command& command : kCommands) text.append("  ").append(command.usage).append("\n");
  return text.append("  help\n  prompt\n  quit\n");
}

}  // namespace

std::string run_command(RuntimeContext& context, const CommandWords& words, Level level) {
  if (words[0] == "help") return help("The following commands are valid at this level:\n") + "\n";
  for (const Command& command : kCommands) {
    if (!words.begin_with(command.name)) continue;
    if (level < command.level) return "Permission denied\n\n";
    context.level = level;
    return command.run(context, words) + "\n";
  }
  return help("Unknown command, but maybe one of the following ones is a better match:\n") + "\n";
}

}  // namespace wslb::proxy
