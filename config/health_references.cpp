// What servers say about their health, once all sections are read: the servers that they track, and
// what must not be missing.
#include <algorithm>
#include <string>

#include "config/check.h"

namespace wslb::config {
namespace {

const ProxyDraft* find_section(const std::vector<ProxyDraft>& drafts, const std::string& name) {
  const auto found = std::ranges::find_if(drafts, [&](const ProxyDraft& draft) {
    return draft.section.is_backend() && draft.section.name == name;
  });
  return found == drafts.end() ? nullptr : &*found;
}

struct Tracked {
  const ProxyDraft* draft = nullptr;
  const Server* server = nullptr;
};

Tracked find_tracked(const std::vector<ProxyDraft>& drafts, const ProxyDraft& own,
                     const TrackedServer& track) {
  Tracked tracked;
  tracked.draft = track.backend.empty() ? &own : find_section(drafts, track.backend);
  if (tracked.draft == nullptr) return tracked;
  const auto& servers = tracked.draft->section.servers;
  const auto server = std::ranges::find(servers, track.server, &Server::name);
  if (server != servers.end()) tracked.server = &*server;
  return tracked;
}

void check_track(const std::vector<ProxyDraft>& drafts, const ProxyDraft& own, const Server& server,
                 Diagnostics& diagnostics) {
  const std::string subject = "'server' '" + server.name + "' 'track' ";
  const auto complain = [&](const std::string& text) {
    diagnostics.error(server.where, subject + text);
  };
  if (server.check.enabled || server.agent.enabled) {
    return complain("cannot stand beside a check of its own");
  }
  // A chain has to end at a server with a check.
  Tracked tracked{&own, &server};
  const std::size_t links_max = 1000;
  for (std::size_t links = 0; tracked.server->track; ++links) {
    const TrackedServer track = *tracked.server->track;
    const std::string name = (track.backend.empty() ? "" : track.backend + "/") + track.server;
    tracked = find_tracked(drafts, *tracked.draft, track);
    if (tracked.draft == nullptr) return complain("'" + name + "' names no backend that there is");
    if (tracked.server == nullptr) return complain("'" + name + "' names no server that there is");
    if (tracked.server == &server || links > links_max) {
      return complain("'" + name + "' leads back to itself");
    }
    if (tracked.draft->check.disable_on_404 != own.check.disable_on_404) {
      return complain("'" + name + "' needs the same 'http-check disable-on-404' on both sides");
    }
  }
  if (!tracked.server->check.enabled && !tracked.server->agent.enabled) {
    complain("leads to '" + tracked.server->name + "', which has no check");
  }
}

}  // namespace

void check_health_of(const ProxySection& section, const Server& server, Diagnostics& diagnostics) {
  if (server.agent.enabled && server.agent.port == 0) {
    diagnostics.error(server.where, "'server' 'agent-check' needs 'agent-port'");
  }
  if (server.observe.mode == ObserveParams::Mode::Layer7 && section.mode != Mode::Http) {
    diagnostics.error(server.where, "'server' 'observe layer7' needs 'mode http'");
  }
  const bool in_vain = server.agent.enabled && !server.unix_path.empty() && !server.agent.address;
  if (in_vain) {
    diagnostics.error(server.where,
                      "'server' 'agent-check' of a server on a unix socket needs 'agent-addr'");
  }
}

void check_health(const std::vector<ProxyDraft>& drafts, Diagnostics& diagnostics) {
  for (const ProxyDraft& draft : drafts) {
    for (const Server& server : draft.section.servers) {
      check_health_of(draft.section, server, diagnostics);
      if (server.track) check_track(drafts, draft, server, diagnostics);
    }
  }
}

}  // namespace wslb::config
