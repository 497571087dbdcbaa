#include "config/added_server.h"

#include <algorithm>
#include <optional>

#include "config/check.h"
#include "config/dynamic_cookie.h"
#include "config/server_line.h"
#include "config/server_option.h"

namespace wslb::config {
namespace {

void check_options(const Statement& statement, const Server& server) {
  const auto refuse = [&](bool given, const std::string& option) {
    if (given) statement.error("option '" + option + "' is not for servers added at run time");
  };
  refuse(!server.cookie.empty(), "cookie");
  refuse(server.tcp_user_timeout.has_value(), "tcp-ut");
  for (const ServerOption& option : server_name_options()) {
    const std::string name(option.name);
    refuse(std::ranges::count(statement.arguments().subspan(2), name) > 0, name);
  }
  if (!server.host.empty()) {
    statement.error("needs an address: the name '" + server.host +
                    "' is looked up only when the configuration is read");
  }
}

void check_track(const Statement& statement, const Config& config, const ProxySection& section,
                 const Server& server) {
  if (!server.track) return;
  const std::string& backend = server.track->backend;
  const ProxySection* const owner = backend.empty() ? &section : config.find_backend(backend);
  const Server* tracked = nullptr;
  if (owner != nullptr) {
    const auto found = std::ranges::find(owner->servers, server.track->server, &Server::name);
    if (found != owner->servers.end()) tracked = &*found;
  }
  if (tracked == nullptr) {
    return statement.error("'track' names '" + server.track->server + "', which is not there");
  }
  if (tracked->added) statement.error("cannot track a server that was added at run time");
  if (!tracked->check.enabled && !tracked->agent.enabled && !tracked->track) {
    statement.error("'track' leads to '" + tracked->name + "', which has no check");
  }
  if (server.check.enabled || server.agent.enabled) {
    statement.error("'track' cannot stand beside a check of its own");
  }
}

// The lowest number that nobody has, or an error where the line's own is taken.
void settle_id(const Statement& statement, const ProxySection& section, Server& server) {
  const auto is_taken = [&](std::uint32_t id) {
    return std::ranges::count(section.servers, id, &Server::id) > 0;
  };
  if (server.id == 0) {
    server.id = 1;
    while (is_taken(server.id)) ++server.id;
  } else if (is_taken(server.id)) {
    statement.error("'id' " + std::to_string(server.id) + " is another server's");
  }
}

std::string text_of(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& each : diagnostics.all()) {
    if (each.severity == Severity::Error)
      text.append(text.empty() ? "" : "; ").append(each.message);
  }
  return text;
}

}  // namespace

base::Result<Server> parse_added_server(const Config& config, const ProxySection& section,
                                        std::span<const std::string> line, const Location& where) {
  Diagnostics diagnostics;
  const Statement statement(Prefix::None, "server", line, where, diagnostics);
  if (line.size() < 2) return base::Error{"'server' expects: NAME ADDRESS:PORT [OPTION...]"};
  Server defaults;
  defaults.added = true;
  defaults.disabled = true;
  Server server = parse_server(statement, defaults);
  if (diagnostics.has_errors()) return base::Error{text_of(diagnostics)};
  check_options(statement, server);
  check_track(statement, config, section, server);
  check_health_of(section, server, diagnostics);
  settle_id(statement, section, server);
  if (server.sources.empty()) server.sources = section.sources;
  server.maxconn = std::max(server.maxconn, server.minconn);
  if (server.minconn == 0) server.minconn = server.maxconn;
  if (section.cookie && !section.cookie->dynamic_key.empty()) {
    server.cookie = dynamic_cookie(section.cookie->dynamic_key, server.address);
  }
  complete_server_tls(server, check_speaks_tls(section.check), config.global.tls, diagnostics);
  if (diagnostics.has_errors()) return base::Error{text_of(diagnostics)};
  return server;
}

bool is_referred_to(const Config& config, const ProxySection& section, const std::string& server) {
  const bool used = std::ranges::any_of(section.use_servers, [&](const UseServer& rule) {
    return rule.format.empty() && rule.server == server;
  });
  return used || std::ranges::any_of(config.proxies, [&](const ProxySection& own) {
           const auto tracks = [&](const Server& each) {
             if (!each.track || each.track->server != server) return false;
             const std::string& backend = each.track->backend;
             return backend.empty() ? &own == &section : backend == section.name;
           };
           return std::ranges::any_of(own.servers, tracks) || asks_about(own, section, server);
         });
}

}  // namespace wslb::config
