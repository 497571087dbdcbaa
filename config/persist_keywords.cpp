// Keywords about clients that are to come back to their server, and about rules that name one.
#include <array>
#include <string>
#include <utility>

#include "config/condition.h"
#include "config/section.h"

namespace wslb::config {
namespace {

void add_persist_rule(ProxyDraft& draft, const Statement& statement, bool forces) {
  auto condition = parse_rest(statement.arguments(), draft, statement);
  if (!condition) return;
  draft.section.persist_rules.push_back({forces, {}, statement.where()});
  draft.persist_conditions.push_back(std::move(*condition));
}

void force_persist(ProxyDraft& draft, const Statement& statement) {
  add_persist_rule(draft, statement, true);
}

void ignore_persist(ProxyDraft& draft, const Statement& statement) {
  add_persist_rule(draft, statement, false);
}

void use_server(ProxyDraft& draft, const Statement& statement) {
  UseServer rule{statement[0], {}, {}, statement.where()};
  if (rule.server.find('%') != std::string::npos) {
    auto format = statement.accept(parse_log_format(rule.server, LogFormatUse::Value));
    if (!format) return;
    rule.format = std::move(*format);
  }
  auto condition = parse_rest(statement.arguments().subspan(1), draft, statement);
  if (!condition) return;
  draft.section.use_servers.push_back(std::move(rule));
  draft.server_conditions.push_back(std::move(*condition));
}

void option_persist(ProxyDraft& draft, const Statement& statement) {
  draft.section.options.persist = statement.is_on();
}

// `persist rdp-cookie[(NAME)]`
void persist(ProxyDraft& draft, const Statement& statement) {
  const std::string& word = statement[0];
  const bool named = word.starts_with("rdp-cookie(") && word.ends_with(')');
  if (word != "rdp-cookie" && !named)
    return statement.expects("'rdp-cookie' or 'rdp-cookie(NAME)'");
  constexpr std::string_view kOpening = "rdp-cookie(";
  draft.section.persist_rdp_cookie =
      named ? word.substr(kOpening.size(), word.size() - kOpening.size() - 1) : "msts";
}

constexpr auto kPersistKeywords = std::to_array<Keyword<ProxyDraft>>({
    {.name = "force-persist",
     .usage = "force-persist if|unless CONDITION",
     .arguments_min = 2,
     .arguments_max = kAnyNumber,
     .apply = force_persist,
     .side = Side::Backend,
     .in_defaults = false},
    {.name = "ignore-persist",
     .usage = "ignore-persist if|unless CONDITION",
     .arguments_min = 2,
     .arguments_max = kAnyNumber,
     .apply = ignore_persist,
     .side = Side::Backend,
     .in_defaults = false},
    {.name = "use-server",
     .usage = "use-server NAME if|unless CONDITION",
     .arguments_min = 3,
     .arguments_max = kAnyNumber,
     .apply = use_server,
     .side = Side::Backend,
     .in_defaults = false},
    {"persist", "persist rdp-cookie[(NAME)]", 1, 1, persist, Side::Backend},
    {.name = "option persist",
     .usage = "option persist",
     .apply = option_persist,
     .side = Side::Backend,
     .negatable = true},
});

}  // namespace

Keywords<ProxyDraft> persist_keywords() {
  return kPersistKeywords;
}

}  // namespace wslb::config
