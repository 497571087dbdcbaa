#include "proxy/server_commands.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "config/value.h"

namespace wslb::proxy {
namespace {

constexpr int kWeightMax = 256;

struct Target {
  ServerPool* pool = nullptr;  // null: `complaint` says why
  std::size_t server = 0;
  std::string complaint;

  [[nodiscard]] const config::Server& configured() const { return pool->section().servers[server]; }
};

Target find_server(RuntimeContext& context, const std::string& name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string::npos) return {nullptr, 0, "Require 'backend/server'.\n"};
  const auto pool = context.service->pools.find(name.substr(0, slash));
  if (pool == context.service->pools.end()) return {nullptr, 0, "No such backend.\n"};
  const auto& servers = pool->second->section().servers;
  const auto server = std::ranges::find(servers, name.substr(slash + 1), &config::Server::name);
  if (server == servers.end()) return {nullptr, 0, "No such server.\n"};
  return {pool->second.get(), static_cast<std::size_t>(server - servers.begin()), ""};
}

std::optional<int> number(const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string change_weight(const Target& target, const std::string& text) {
  if (text.empty()) return "Require <weight> or <weight%>.\n";
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return "Empty weight string empty or preceded by garbage";
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const bool relative = rest == "%";
  if (relative && value < 0) return "Relative weight must be positive.\n";
  if (!relative && (value < 0 || value > kWeightMax)) {
    return "Absolute weight can only be between 0 and 256 inclusive.\n";
  }
  if (!relative && !rest.empty()) return "Trailing garbage in weight string";
  const int initial = target.configured().weight;
  const int percent = std::min(value, 100 * kWeightMax);
  const int weight = relative ? std::min(initial * percent / 100, kWeightMax) : value;
  if (!target.pool->takes_weight(target.server, weight)) {
    return "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.\n";
  }
  target.pool->set_weight(target.server, weight);
  return "";
}

std::string change_admin(RuntimeContext& context, const Target& target, lb::Admin admin) {
  target.pool->set_admin(target.server, admin);
  context.admin_changed(*target.pool, target.server);
  return "";
}

std::string change_state(RuntimeContext& context, const Target& target, const std::string& word) {
  if (word == "ready") return change_admin(context, target, lb::Admin::Ready);
  if (word == "drain") return change_admin(context, target, lb::Admin::Drain);
  if (word == "maint") return change_admin(context, target, lb::Admin::Maint);
  return "'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n";
}

std::string change_health(RuntimeContext& context, const Target& target, const std::string& word) {
  if (target.configured().track) return "cannot change health on a tracking server.\n";
  if (word == "up") {
    context.force_health(*target.pool, target.server, lb::Operation::Running);
  } else if (word == "stopping") {
    context.force_health(*target.pool, target.server, lb::Operation::Stopping);
  } else if (word == "down") {
    context.force_health(*target.pool, target.server, lb::Operation::Stopped);
  } else {
    return "'set server <srv> health' expects 'up', 'stopping', or 'down'.\n";
  }
  return "";
}

// `addr ADDRESS [port PORT]`.
std::string change_address(const Target& target, const CommandWords& words) {
  const std::string& text = words[4];
  const auto address = base::IpAddress::parse(text);
  const std::string by = " by 'stats socket command'\n";
  if (!address || address->is_unspecified()) return "Invalid addr '" + text + "'" + by;
  const base::Endpoint before = target.pool->address(target.server);
  base::Endpoint after{*address, before.port};
  if (words[5] == "port") {
    const auto port = number(words[6]);
    if (!port || *port < 1 || *port > 65535) return "Invalid port '" + words[6] + "'" + by;
    after.port = static_cast<std::uint16_t>(*port);
  }
  target.pool->set_address(target.server, after);
  std::string text_of_change =
      after.address == before.address
          ? "no need to change the addr"
          : "IP changed from '" + before.address.to_string() + "' to '" + text + "'";
  if (words[5] == "port") {
    text_of_change += after.port == before.port
                          ? ", no need to change the port"
                          : ", port changed from '" + std::to_string(before.port) + "' to '" +
                                std::to_string(after.port) + "'";
  }
  return text_of_change + by;
}

}  // namespace

std::string set_server(RuntimeContext& context, const CommandWords& words) {
  const Target target = find_server(context, words[2]);
  if (target.pool == nullptr) return target.complaint;
  if (words[3] == "state") return change_state(context, target, words[4]);
  if (words[3] == "health") return change_health(context, target, words[4]);
  if (words[3] == "weight") return change_weight(target, words[4]);
  if (words[3] == "addr") return change_address(target, words);
  return "usage: set server <backend>/<server> addr | health | state | weight\n";
}

std::string set_weight(RuntimeContext& context, const CommandWords& words) {
  const Target target = find_server(context, words[2]);
  return target.pool == nullptr ? target.complaint : change_weight(target, words[3]);
}

std::string get_weight(RuntimeContext& context, const CommandWords& words) {
  const Target target = find_server(context, words[2]);
  if (target.pool == nullptr) return target.complaint;
  return std::to_string(target.pool->state(target.server).weight) + " (initial " +
         std::to_string(target.configured().weight) + ")\n";
}

std::string set_maxconn_server(RuntimeContext& context, const CommandWords& words) {
  const Target target = find_server(context, words[3]);
  if (target.pool == nullptr) return target.complaint;
  const auto value = number(words[4]);
  if (!value || *value < 0) return "maxconn string empty or preceded by garbage";
  target.pool->set_maxconn(target.server, static_cast<std::uint32_t>(*value));
  return "";
}

std::string enable_server(RuntimeContext& context, const CommandWords& words) {
  const Target target = find_server(context, words[2]);
  if (target.pool == nullptr) return target.complaint;
  if (target.pool->state(target.server).admin != lb::Admin::Maint) return "";
  return change_admin(context, target, lb::Admin::Ready);
}

std::string disable_server(RuntimeContext& context, const CommandWords& words) {
  const Target target = find_server(context, words[2]);
  return target.pool == nullptr ? target.complaint
                                : change_admin(context, target, lb::Admin::Maint);
}

std::string set_health_checks(RuntimeContext& context, const CommandWords& words, bool on) {
  const Target target = find_server(context, words[2]);
  if (target.pool == nullptr) return target.complaint;
  if (!target.configured().check.enabled) {
    return on ? "Health check was not configured on this server, cannot enable.\n" : "";
  }
  context.set_checks(*target.pool, target.server, on);
  return "";
}

std::string enable_health(RuntimeContext& context, const CommandWords& words) {
  return set_health_checks(context, words, true);
}

std::string disable_health(RuntimeContext& context, const CommandWords& words) {
  return set_health_checks(context, words, false);
}

std::string shutdown_sessions(RuntimeContext& context, const CommandWords& words) {
  const Target target = find_server(context, words[3]);
  if (target.pool == nullptr) return target.complaint;
  context.cut_tunnels(*target.pool, target.server);
  return "";
}

}  // namespace wslb::proxy
