#include "proxy/runtime_commands.h"

#include <array>
#include <charconv>
#include <chrono>

#include <unistd.h>

#include "proxy/command_line.h"
#include "proxy/server_commands.h"
#include "proxy/stats_table.h"

namespace wslb::proxy {
namespace {

using Level = config::StatsSocket::Level;

std::string show_info(RuntimeContext& context, const CommandWords& /*words*/) {
  const Service& service = context.service;
  const auto uptime =
      std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - context.started);
  std::string text;
  const auto add = [&text](const std::string& name, const std::string& value) {
    text += name + ": " + value + "\n";
  };
  add("Name", "wslb-proxy");
  add("Version", WSLB_VERSION);
  add("Nbthread", std::to_string(context.threads));
  add("Nbproc", "1");
  add("Process_num", "1");
  add("Pid", std::to_string(::getpid()));
  add("Uptime_sec", std::to_string(uptime.count()));
  add("Maxconn", std::to_string(service.gate.max()));
  add("CurrConns", std::to_string(service.gate.open()));
  std::uint64_t connections = 0;
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;
  for (const auto& frontend : service.frontends) {
    connections += frontend->statistics.sessions.value();
    requests += frontend->statistics.requests.value();
    bytes += frontend->statistics.bytes_out.value() + context.live.of(*frontend).out;
  }
  add("CumConns", std::to_string(connections));
  add("CumReq", std::to_string(requests));
  add("Tunnels", std::to_string(service.tunnels.load()));
  add("Stopping", service.draining ? "1" : "0");
  add("TotalBytesOut", std::to_string(bytes));
  return text;
}

// `show stat [PROXY TYPE SERVER]`: numbers, -1 for all; types are 1 frontends, 2 backends, 4
// servers.
std::string show_stat(RuntimeContext& context, const CommandWords& words) {
  std::vector<StatsRow> rows = stats_rows(context.service, context.live);
  if (words.size() >= 5) {
    long proxy = -1;
    const auto frontend_or_pool = [&words](const StatsRow& row) {
      return row.values.at("pxname") == words[2] || std::to_string(row.proxy) == words[2];
    };
    long types = -1;
    long server = -1;
    std::from_chars(words[2].data(), words[2].data() + words[2].size(), proxy);
    std::from_chars(words[3].data(), words[3].data() + words[3].size(), types);
    std::from_chars(words[4].data(), words[4].data() + words[4].size(), server);
    std::erase_if(rows, [&](const StatsRow& row) {
      const bool other_proxy = words[2] != "-1" && !frontend_or_pool(row);
      const bool other_type = types >= 0 && (types & (1 << static_cast<int>(row.type))) == 0;
      const bool other_server = server >= 0 && row.server != static_cast<std::size_t>(server);
      return other_proxy || other_type || other_server;
    });
  }
  return stats_csv(rows);
}

std::string show_backend(RuntimeContext& context, const CommandWords& /*words*/) {
  std::string text = "# name\n";
  for (const config::ProxySection& section : context.service.config.proxies) {
    if (section.is_backend()) text += section.name + "\n";
  }
  return text;
}

std::string state_line(const ServerPool& pool, std::size_t index, std::size_t proxy) {
  const config::Server& server = pool.section().servers[index];
  const lb::ServerState state = pool.state(index);
  const base::Endpoint address = pool.address(index);
  const bool checked = server.check.enabled;
  const bool runs = state.operation != lb::Operation::Stopped && state.admin != lb::Admin::Maint;
  const bool stops = runs && state.operation == lb::Operation::Stopping;
  const int admin = state.admin == lb::Admin::Maint ? 1 : state.admin == lb::Admin::Drain ? 8 : 0;
  const auto age =
      std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - state.changed);
  const std::string check = checked ? (runs ? "6 3 4 6" : "8 2 0 6") : "1 0 2 0";
  return std::to_string(proxy) + " " + pool.section().name + " " + std::to_string(server.id) + " " +
         server.name + " " + address.address.to_string() + " " +
         (stops  ? "3"
          : runs ? "2"
                 : "0") +
         " " + std::to_string(admin) + " " + std::to_string(state.weight) + " " +
         std::to_string(server.weight) + " " + std::to_string(age.count()) + " " + check +
         " 0 0 0 - " + std::to_string(address.port) + " - 0 0 - - 0\n";
}

std::string show_servers_state(RuntimeContext& context, const CommandWords& words) {
  const Service& service = context.service;
  if (words.size() > 3 && !service.pools.contains(words[3])) return "Can't find backend.\n";
  std::string text =
      "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight "
      "srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health "
      "srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord "
      "srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port\n";
  std::size_t proxy = 2;
  for (const config::ProxySection& section : service.config.proxies) {
    const auto pool = service.pools.find(section.name);
    const bool wanted = words.size() <= 3 || words[3] == section.name;
    if (section.is_backend() && pool != service.pools.end() && wanted) {
      for (std::size_t i = 0; i < section.servers.size(); ++i) {
        text += state_line(*pool->second, i, proxy);
      }
    }
    ++proxy;
  }
  return text;
}

std::string set_maxconn_of_gate(ConnectionGate& gate, const Service& service,
                                const std::string& text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return "Value out of range.\n";
  gate.set_max(value);
  service.on_connection_end();  // who was refused a place may have one now
  return "";
}

std::string set_maxconn_frontend(RuntimeContext& context, const CommandWords& words) {
  for (const auto& frontend : context.service.frontends) {
    if (frontend->section.name == words[3]) {
      return set_maxconn_of_gate(frontend->gate, context.service, words[4]);
    }
  }
  return "No such frontend.\n";
}

std::string set_maxconn_global(RuntimeContext& context, const CommandWords& words) {
  return set_maxconn_of_gate(context.service.gate, context.service, words[3]);
}

std::string clear_counters(RuntimeContext& context, const CommandWords& words) {
  const bool all = words[2] == "all";
  for (const auto& frontend : context.service.frontends) {
    all ? frontend->statistics.reset() : frontend->statistics.sessions_most.reset();
  }
  for (const auto& [name, pool] : context.service.pools) pool->clear_statistics(all);
  return "";
}

struct Command {
  std::string_view name;
  std::string_view usage;
  Level level;
  std::string (*run)(RuntimeContext&, const CommandWords&);
};

constexpr auto kCommands = std::to_array<Command>({
    {"clear counters", "clear counters [all]", Level::Operator, clear_counters},
    {"disable server", "disable server <bk>/<srv>", Level::Admin, disable_server},
    {"enable server", "enable server <bk>/<srv>", Level::Admin, enable_server},
    {"get weight", "get weight <bk>/<srv>", Level::User, get_weight},
    {"set maxconn frontend", "set maxconn frontend <frontend> <value>", Level::Admin,
     set_maxconn_frontend},
    {"set maxconn global", "set maxconn global <value>", Level::Admin, set_maxconn_global},
    {"set maxconn server", "set maxconn server <bk>/<srv> <value>", Level::Admin,
     set_maxconn_server},
    {"set server", "set server <bk>/<srv> addr | health | state | weight <value>", Level::Admin,
     set_server},
    {"set weight", "set weight <bk>/<srv> <weight>[%]", Level::Admin, set_weight},
    {"show backend", "show backend", Level::User, show_backend},
    {"show info", "show info", Level::User, show_info},
    {"show servers state", "show servers state [<backend>]", Level::User, show_servers_state},
    {"show stat", "show stat [<proxy> <types> <server>]", Level::User, show_stat},
    {"shutdown sessions server", "shutdown sessions server <bk>/<srv>", Level::Admin,
     shutdown_sessions},
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
    return command.run(context, words) + "\n";
  }
  return help("Unknown command, but maybe one of the following ones is a better match:\n") + "\n";
}

}  // namespace wslb::proxy
