#include "proxy/show_commands.h"

#include <charconv>
#include <chrono>

#include "proxy/error_captures.h"
#include "proxy/http/log_date.h"
#include "proxy/info_table.h"
#include "proxy/stats_report.h"

namespace wslb::proxy {
namespace {

// HAProxy's number for it.
int number_of(config::CheckStatus status) {
  using config::CheckStatus;
  switch (status) {
    case CheckStatus::Observed:
      return 3;
    case CheckStatus::SocketError:
      return 4;
    case CheckStatus::Checked:
      return 5;
    case CheckStatus::L4Ok:
      return 6;
    case CheckStatus::L4Timeout:
      return 7;
    case CheckStatus::L4Connection:
      return 8;
    case CheckStatus::L6Ok:
      return 9;
    case CheckStatus::L6Timeout:
      return 10;
    case CheckStatus::L6Response:
      return 11;
    case CheckStatus::L7Timeout:
      return 12;
    case CheckStatus::L7Response:
      return 13;
    case CheckStatus::L7Ok:
      return 15;
    case CheckStatus::L7OkConditionally:
      return 16;
    case CheckStatus::L7Status:
      return 17;
  }
  return 0;
}

// "STATUS RESULT HEALTH STATE" of the checks, in HAProxy's numbers.
std::string check_columns(const ServerPool& pool, std::size_t index, bool maint) {
  constexpr int kInitial = 1;
  constexpr int kConfigured = 2;
  constexpr int kEnabled = 4;
  constexpr int kPaused = 8;
  const ServerPool::Checked checked = pool.checked(index);
  int result = 0;
  if (checked.last) result = 1 + static_cast<int>(config::verdict_of(checked.last->status));
  const int status = checked.last ? number_of(checked.last->status) : kInitial;
  // Without checks nothing pauses, and one that began in maintenance counts none.
  const config::Server& server = pool.section().servers[index];
  const bool counts = server.check.enabled || !server.disabled;
  const bool pauses = maint && (server.check.enabled || server.disabled);
  const int state = (server.check.enabled ? kConfigured : 0) +
                    (pool.is_checked(index) ? kEnabled : 0) + (pauses ? kPaused : 0);
  return std::to_string(status) + " " + std::to_string(result) + " " +
         std::to_string(maint || !counts ? 0 : checked.points) + " " + std::to_string(state);
}

std::string state_line(const ServerPool& pool, std::size_t index, std::size_t proxy) {
  const config::Server& server = pool.section().servers[index];
  const lb::ServerState state = pool.state(index);
  const base::Endpoint address = pool.address(index);
  const bool forced = state.admin == lb::Admin::Maint;
  const bool maint = state.state() == lb::State::Maint;
  const bool runs = state.operation != lb::Operation::Stopped && !maint;
  const bool stops = runs && state.operation == lb::Operation::Stopping;
  const bool is_service = server.resolution.is_service;
  const std::string host = is_service ? pool.host(index) : server.host;
  const int admin =
      (forced ? 1 : 0) + (state.unresolved ? 32 : 0) + (is_service && !host.empty() ? 64 : 0) +
      (server.disabled && !server.added ? 4 : 0) + (state.admin == lb::Admin::Drain ? 8 : 0);
  const auto age =
      std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - state.changed);
  return std::to_string(proxy) + " " + pool.section().name + " " + std::to_string(server.id) + " " +
         server.name + " " + (state.unresolved ? "-" : address.address.to_string()) + " " +
         (stops  ? "3"
          : runs ? "2"
                 : "0") +
         " " + std::to_string(admin) + " " + std::to_string(state.weight) + " " +
         std::to_string(server.weight) + " " + std::to_string(age.count()) + " " +
         check_columns(pool, index, maint) + " 0 0 0 " + (host.empty() ? "-" : host) + " " +
         std::to_string(address.port) + " " + (is_service ? server.host : "-") + " " +
         (server.tls.enabled ? "1" : "0") + " 0 - - 0\n";
}

long to_number(const std::string& text) {
  long value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string session_line(const SessionFacts& facts) {
  const auto age = std::chrono::floor<std::chrono::seconds>(facts.age).count();
  const base::IpAddress& client = facts.client.address;
  std::string line = "0x" + http::hexadecimal(facts.id, 8) + ": proto=";
  if (client.is_unspecified()) {
    line += "unix_stream src=unix";
  } else {
    line += (client.is_v4() ? "tcpv4 src=" : "tcpv6 src=") + facts.client.to_string();
  }
  line += " fe=" + facts.frontend + " be=" + (facts.backend.empty() ? "<NONE>" : facts.backend) +
          " srv=" + (facts.server.empty() ? "<none>" : facts.server) +
          " age=" + std::to_string(age) + "s";
  if (facts.tunnel) {
    line +=
        " tunnel in=" + std::to_string(facts.bytes_in) + " out=" + std::to_string(facts.bytes_out);
  }
  return line + "\n";
}

}  // namespace

std::string show_info(RuntimeContext& context, const CommandWords& words) {
  const std::vector<StatsField> fields = info_fields(*context.service, context.live);
  std::string text;
  if (words[2] == "json") {
    for (const StatsField& field : fields) {
      text.append(text.empty() ? "[{" : ",{").append(json_field(field)).append("}");
    }
    return text + "]\n";
  }
  for (const StatsField& field : fields) {
    text += words[2] == "typed" ? typed_field(field) : std::string(field.name) + ": " + field.value;
    text += '\n';
  }
  return text;
}

// `show stat [PROXY TYPES SERVER] [typed|json|up|no-maint|desc]...`
std::string show_stat(RuntimeContext& context, const CommandWords& words) {
  StatsChoice choice;
  std::size_t next = 2;
  if (words.size() >= 5 && words[3] != "typed" && words[3] != "json") {
    choice.proxy = words[2];
    choice.types = to_number(words[3]);
    choice.server = to_number(words[4]);
    next = 5;
  }
  for (; next < words.size(); ++next) {
    if (words[next] == "typed") choice.form = StatsChoice::Form::Typed;
    if (words[next] == "json") choice.form = StatsChoice::Form::Json;
    if (words[next] == "up") choice.up_only = true;
    if (words[next] == "no-maint") choice.no_maint = true;
  }
  std::vector<StatsRow> rows = stats_rows(*context.service, context.live);
  choose_rows(rows, choice);
  return stats_report(rows, choice.form);
}

std::string show_sessions(RuntimeContext& context, const CommandWords& words) {
  std::string text;
  for (const SessionFacts& facts : context.live.sessions) {
    const std::string line = session_line(facts);
    const bool all = words.size() <= 2 || words[2] == "all";
    if (all || line.starts_with(words[2] + ":")) text += line;
  }
  if (words.size() > 2 && words[2] != "all" && text.empty()) return "Session not found.\n";
  return text;
}

std::string show_errors(RuntimeContext& context, const CommandWords& words) {
  const bool kind_first = words[2] == "request" || words[2] == "response";
  const std::string proxy = kind_first || words[2] == "-1" ? "" : words[2];
  if (!proxy.empty() && !context.service->has_proxy(proxy)) return "No such proxy.\n";
  return context.service->process.errors.report(proxy, words[kind_first ? 2 : 3]);
}

std::string show_backend(RuntimeContext& context, const CommandWords& /*words*/) {
  std::string text = "# name\n";
  for (const config::ProxySection& section : context.service->config.proxies) {
    if (section.is_backend()) text += section.name + "\n";
  }
  return text;
}

std::string show_servers_state(RuntimeContext& context, const CommandWords& words) {
  const Service& service = *context.service;
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

}  // namespace wslb::proxy
