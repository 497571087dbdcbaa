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

void add_server(ProxyDraft& draft, const Statement& statement, Server server) {
  for (const Server& other : draft.section.servers) {
    if (other.name != server.name) continue;
    statement.error("'" + server.name + "' was given before, in line " +
                    std::to_string(other.where.line));
  }
  draft.section.servers.push_back(std::move(server));
}

void server(ProxyDraft& draft, const Statement& statement) {
  add_server(draft, statement, parse_server(statement, draft.default_server));
}

// So many servers of one name: PREFIX1 and so on.
void server_template(ProxyDraft& draft, const Statement& statement) {
  constexpr std::int64_t kMost = 65535;
  const std::string& range = statement[1];
  const auto dash = range.find('-');
  const bool whole = dash == std::string::npos;
  const auto low = whole ? 1 : parse_integer(range.substr(0, dash), 1, kMost);
  const auto high = parse_integer(whole ? range : range.substr(dash + 1), 1, kMost);
  if (!low || !high || *low > *high) {
    return statement.error("expects a number or a range such as 1-20, not '" + range + "'");
  }
  std::vector<std::string> words(statement.arguments().begin(), statement.arguments().end());
  words.erase(words.begin());
  for (std::int64_t n = *low; n <= *high; ++n) {
    words[0] = statement[0] + std::to_string(n);
    const Statement one(Prefix::None, "server-template", words, statement.where(),
                        statement.diagnostics());
    const std::size_t before = statement.diagnostics().all().size();
    add_server(draft, one, parse_server(one, draft.default_server));
    if (statement.diagnostics().all().size() > before) return;  // the others' are the same
  }
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
    {.name = "server-template",
     .usage = "server-template PREFIX N|LOW-HIGH HOST[:PORT] [OPTION...]",
     .arguments_min = 3,
     .arguments_max = kAnyNumber,
     .apply = server_template,
     .side = Side::Backend,
     .misplaced = Misplaced::Error,
     .in_defaults = false},
});

}  // namespace

Keywords<ProxyDraft> backend_keywords() {
  return kBackendKeywords;
}

}  // namespace wslb::config
