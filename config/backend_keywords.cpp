// Keywords of the side that servers see.
#include <array>
#include <limits>
#include <string>

#include "config/http_check.h"
#include "config/section.h"
#include "config/server_line.h"
#include "config/source_list.h"

namespace wslb::config {
namespace {

void http_check_expect(ProxyDraft& draft, const Statement& statement) {
  if (draft.expect_where) {
    return statement.error("a second time in one section is not supported by this version of wslb");
  }
  draft.expect_where = statement.where();
  parse_expect(statement, draft.http_check);
}

void http_check_send(ProxyDraft& draft, const Statement& statement) {
  if (is_first(draft.places, statement)) parse_send(statement, draft.http_check);
}

void source(ProxyDraft& draft, const Statement& statement) {
  if (statement.size() > 1) return statement.refuse(statement[1]);
  if (auto sources = statement.accept(parse_sources(statement[0]))) draft.sources = *sources;
}

void retries(ProxyDraft& draft, const Statement& statement) {
  if (const auto value = statement.integer(0, 0, std::numeric_limits<std::int32_t>::max())) {
    draft.section.retries = static_cast<int>(*value);
  }
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
    {"retries", "retries NUMBER", 1, 1, retries, Side::Backend},
    {"http-check send", "http-check send [meth M] [uri U] [ver V] [hdr NAME VALUE]... [body TEXT]",
     1, kAnyNumber, http_check_send, Side::Backend},
    {"http-check expect", "http-check expect [!] status CODES", 1, kAnyNumber, http_check_expect,
     Side::Backend},
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
