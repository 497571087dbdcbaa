// Keywords about stick tables: what a table is like, and how clients are led by it.
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "config/condition.h"
#include "config/section.h"
#include "config/stick_line.h"

namespace wslb::config {
namespace {

void stick_table(ProxyDraft& draft, const Statement& statement) {
  auto& table = draft.section.stick_table;
  if (table) {
    return statement.error("was given before, at " + table->where.file + ":" +
                           std::to_string(table->where.line));
  }
  auto read = parse_stick_table(statement.arguments(), false, statement);
  if (!read) return;
  read->name = draft.section.name;
  table = std::move(*read);
}

// False: it is wrong, which has been said.
bool read_key(StickRule& rule, const Statement& statement) {
  rule.engineio = statement[1] == "engineio-sid";
  if (!rule.engineio) {
    auto sample = statement.accept(parse_sample(statement[1]));
    if (sample) rule.sample = std::move(*sample);
    return sample.has_value();
  }
  // The request of a session that nobody knows makes no entry: anybody can make up a name.
  rule.stores = false;
  if (statement[0] != "on") statement.error("'engineio-sid' is a key of 'stick on' alone");
  return statement[0] == "on";
}

// `stick on|match|store-request|store-response SAMPLE [table NAME] [if|unless CONDITION]`
void stick(ProxyDraft& draft, const Statement& statement) {
  StickRule rule;
  rule.where = statement.where();
  const std::string& kind = statement[0];
  const bool of_response = kind == "store-response";
  rule.matches = kind == "on" || kind == "match";
  rule.stores = kind == "on" || kind == "store-request" || of_response;
  if (!rule.matches && !rule.stores) {
    return statement.expects("on, match, store-request or store-response");
  }
  if (!read_key(rule, statement)) return;
  auto words = statement.arguments().subspan(2);
  if (!words.empty() && words[0] == "table") {
    if (words.size() < 2) return statement.error("lacks the name of the table");
    rule.table = words[1];
    words = words.subspan(2);
  }
  auto condition = parse_rest(words, draft, statement);
  if (!condition) return;
  ProxySection& section = draft.section;
  (of_response ? section.store_responses : section.stick_rules).push_back(std::move(rule));
  (of_response ? draft.store_response_conditions : draft.stick_conditions)
      .push_back(std::move(*condition));
}

constexpr auto kStickKeywords = std::to_array<Keyword<ProxyDraft>>({
    {.name = "stick-table",
     .usage = "stick-table type TYPE [len LENGTH] size SIZE [expire DURATION] [nopurge] "
              "[peers NAME] [srvkey name|addr] [store DATA,...]...",
     .arguments_min = 1,
     .arguments_max = kAnyNumber,
     .apply = stick_table,
     .in_defaults = false},
    {.name = "stick",
     .usage = "stick on|match|store-request|store-response SAMPLE [table NAME] "
              "[if|unless CONDITION]",
     .arguments_min = 2,
     .arguments_max = kAnyNumber,
     .apply = stick,
     .side = Side::Backend,
     .in_defaults = false},
});

}  // namespace

Keywords<ProxyDraft> stick_keywords() {
  return kStickKeywords;
}

}  // namespace wslb::config
