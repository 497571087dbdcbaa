#include "proxy/server_list_commands.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "config/added_server.h"

namespace wslb::proxy {
namespace {

struct Place {
  std::string complaint;  // empty: all is well
  const ServerPool* pool = nullptr;
  std::string server;
};

// HAProxy ends these answers without an empty line.
Place find_place(const RuntimeContext& context, const std::string& name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string::npos) return {"Require 'backend/server'.", nullptr, ""};
  const ServerPool* const pool = context.service->find_pool(name.substr(0, slash));
  if (pool == nullptr) return {"No such backend.", nullptr, ""};
  return {"", pool, name.substr(slash + 1)};
}

// The section of that backend in a copy of the configuration.
config::ProxySection& section_in(config::Config& config, const std::string& backend) {
  return *std::ranges::find_if(config.proxies, [&](const config::ProxySection& section) {
    return section.is_backend() && section.name == backend;
  });
}

// Stands for the line in a file that it does not have; unlike any other.
config::Location next_location() {
  static std::atomic<int> count{0};
  return {"add server", ++count};
}

std::string put_in_place(RuntimeContext& context, config::Config config,
                         std::shared_ptr<TlsStore> tls, const std::string& done) {
  const auto complaints =
      context.replace(std::make_shared<const config::Config>(std::move(config)), std::move(tls));
  if (complaints.empty()) return done;
  std::string text;
  for (const std::string& each : complaints) text += each + "\n";
  return text;
}

}  // namespace

std::string add_server(RuntimeContext& context, const CommandWords& words) {
  const Place place = find_place(context, words[2]);
  if (place.pool == nullptr) return place.complaint;
  if (!place.pool->takes_any_weight()) {
    return "Backend must use a dynamic load balancing to support dynamic servers.";
  }
  const config::ProxySection& section = place.pool->section();
  std::vector<std::string> line{place.server};
  for (std::size_t i = 3; i < words.size(); ++i) line.push_back(words[i]);
  auto server = config::parse_added_server(context.service->config, section, line, next_location());
  if (!server) return server.error().message + "\n";
  if (std::ranges::count(section.servers, server->name, &config::Server::name) > 0) {
    return "Already exists a server with the same name in backend.\n";
  }
  auto tls = std::make_shared<TlsStore>(*context.service->tls);
  config::Diagnostics found;
  if (!tls->load(*server, found)) return found.all().front().message + "\n";
  config::Config config = context.service->config;
  section_in(config, section.name).servers.push_back(std::move(*server));
  return put_in_place(context, std::move(config), std::move(tls), "New server registered.\n");
}

std::string del_server(RuntimeContext& context, const CommandWords& words) {
  const Place place = find_place(context, words[2]);
  if (place.pool == nullptr) return place.complaint;
  const config::ProxySection& section = place.pool->section();
  const auto found = std::ranges::find(section.servers, place.server, &config::Server::name);
  if (found == section.servers.end()) return "No such server.";
  if (config::is_referred_to(context.service->config, section, place.server)) {
    return "This server cannot be removed at runtime due to other configuration elements "
           "pointing to it.";
  }
  const auto number = found - section.servers.begin();
  const lb::ServerState state = place.pool->state(static_cast<std::size_t>(number));
  if (state.admin != lb::Admin::Maint) {
    return "Only servers in maintenance mode can be deleted.";
  }
  if (state.served + state.queued > 0) {
    return "Server still has connections attached to it, cannot remove it.";
  }
  config::Config config = context.service->config;
  auto& servers = section_in(config, section.name).servers;
  servers.erase(servers.begin() + number);
  return put_in_place(context, std::move(config), context.service->tls, "Server deleted.");
}

}  // namespace wslb::proxy
