#include "proxy/server_settings.h"

#include <spdlog/spdlog.h>

#include "proxy/agent_questions.h"

namespace wslb::proxy {
namespace {

const char* name_of(lb::Admin admin) {
  switch (admin) {
    case lb::Admin::Ready:
      return "ready";
    case lb::Admin::Drain:
      return "drain";
    case lb::Admin::Maint:
      return "maint";
  }
  return "";
}

void add_settings(const ServerPool& pool, proto::ServerSettings& settings) {
  const auto& servers = pool.section().servers;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (servers[i].agent.enabled) continue;
    const lb::ServerState state = pool.state(i);
    const lb::Admin configured = servers[i].disabled ? lb::Admin::Maint : lb::Admin::Ready;
    if (state.admin == configured && state.weight == servers[i].weight) continue;
    proto::ServerSettings::Setting& setting = *settings.add_settings();
    setting.set_backend(pool.section().name);
    setting.set_server(servers[i].name);
    if (state.admin != configured) setting.set_state(name_of(state.admin));
    if (state.weight != servers[i].weight) {
      setting.set_weight(static_cast<std::uint32_t>(state.weight));
    }
  }
}

}  // namespace

proto::ServerSettings settings_of(const Service& service) {
  proto::ServerSettings settings;
  for (const auto& [name, pool] : service.pools) add_settings(*pool, settings);
  return settings;
}

void restore_settings(RuntimeContext& context, const proto::ServerSettings& settings) {
  for (const proto::ServerSettings::Setting& setting : settings.settings()) {
    proto::ServerOrder order;
    order.set_backend(setting.backend());
    order.set_server(setting.server());
    order.set_state(setting.state());
    if (setting.has_weight()) order.set_weight(std::to_string(setting.weight()));
    const std::string complaint = obey_order(context, order);
    if (!complaint.empty()) spdlog::warn("not as before this process: {}", complaint);
  }
}

}  // namespace wslb::proxy
