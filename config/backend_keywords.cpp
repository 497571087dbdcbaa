// Keywords of the side that servers see.
#include <array>
#include <string>

#include "config/section.h"
#include "config/server_line.h"
#include "config/source_list.h"

namespace wslb::config {
namespace {

void source(ProxyDraft& draft, const Statement& statement) {
  if (statement.size() > 1) return statement.refuse(statement[1]);
  if (auto sources = statement.accept(parse_sources(statement[0]))) draft.sources = *sources;
}

void server(ProxyDraft& draft, const Statement& statement) {
  Server server = parse_server(statement, draft.default_server);
  for (const Server& other : draft.section.servers) {
    if (other.name != server.name) continue;
    statement.error("'" + server.name + "' was given before, in line " +
                    std::to_string(other.where.line));
  }
  draft.section.servers.push_back(std::move(server));
}

void default_server(ProxyDraft& draft, const Statement& statement) {
  parse_default_server(statement, draft.default_server);
}

constexpr auto kBackendKeywords = std::to_array<Keyword<ProxyDraft>>({
    {"source", "source ADDRESS[:PORT][,...]", 1, kAnyNumber, source, Side::Backend},
    {"default-server", "default-server OPTION...", 1, kAnyNumber, default_server, Side::Backend,
     Misplaced::Error},
    {.name = "server",
     .usage = "server NAME ADDRESS:PORT [OPTION...]",
     .arguments_min = 2,
     .arguments_max = kAnyNumber,
     .apply = server,
     .side = Side::Backend,
     .misplaced = Misplaced::Error,
     .in_defaults = false},
});

}  // namespace

Keywords<ProxyDraft> backend_keywords() {
  return kBackendKeywords;
}

}  // namespace wslb::config
