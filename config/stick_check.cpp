// Stick tables among sections: which table each rule and sample means, and what it must hold.
#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/check.h"
#include "config/sample_visitor.h"
#include "config/spelling.h"

namespace wslb::config {
namespace {

using Tables = std::map<std::string, StickTable*, std::less<>>;

std::string line_of(const Location& where) {
  return where.file + ":" + std::to_string(where.line);
}

Tables collect_tables(Draft& draft, Diagnostics& diagnostics) {
  Tables tables;
  const auto add = [&](StickTable& table) {
    const auto [other, is_new] = tables.emplace(table.name, &table);
    if (is_new) return;
    diagnostics.error(table.where, "the stick table '" + table.name +
                                       "' has the name of the one at " +
                                       line_of(other->second->where));
  };
  for (PeersSection& section : draft.peers) {
    for (StickTable& table : section.tables) add(table);
  }
  for (ProxyDraft& proxy : draft.proxies) {
    if (proxy.section.stick_table) add(*proxy.section.stick_table);
  }
  return tables;
}

class TableResolver {
 public:
  TableResolver(Tables& tables, Diagnostics& diagnostics)
      : tables_(tables), diagnostics_(diagnostics) {}

  void resolve(ProxySection& section) {
    visit_samples(section, [&](Sample& sample, const Location& where) {
      resolve(sample.stick, section, sample.text, where);
      for (Conversion& each : sample.conversions) resolve(each.stick, section, sample.text, where);
    });
    for (auto* const rules : {&section.request_rules, &section.response_rules}) {
      for (HttpRule& rule : *rules) resolve_action(rule, section, rule.where);
    }
    for (auto* const rules :
         {&section.connection_rules, &section.session_rules, &section.content_rules}) {
      for (TcpRule& rule : *rules) resolve_action(rule.change, section, rule.where);
    }
    for (auto* const rules : {&section.stick_rules, &section.store_responses}) {
      for (StickRule& rule : *rules) resolve_rule(rule, section);
    }
  }

 private:
  // Null after an error was reported. `name`: empty, the section's own.
  StickTable* find(std::string& name, const ProxySection& section, const std::string& subject,
                   const Location& where) {
    const bool own = name.empty();
    if (own) name = section.name;
    const auto found = tables_.find(name);
    const bool there = found != tables_.end() && (!own || section.stick_table);
    if (there) return found->second;
    if (own) {
      diagnostics_.error(where, "'" + subject + "' needs a table, but '" + section.name +
                                    "' has no 'stick-table'; name one");
    } else {
      std::vector<std::string_view> names;
      for (const auto& [each, table] : tables_) names.push_back(each);
      diagnostics_.error(where, "'" + subject + "' names the stick table '" + name +
                                    "', but there is no such table" + did_you_mean(name, names));
    }
    return nullptr;
  }

  void resolve(std::optional<StickQuery>& query, const ProxySection& section,
               const std::string& text, const Location& where) {
    if (!query) return;
    if (query->of == StickQuery::Of::Tracked && query->table.empty()) return;
    (void)find(query->table, section, text, where);
  }

  void resolve_action(HttpRule& rule, const ProxySection& section, const Location& where) {
    if (rule.action != Action::Track || !rule.stick) return;
    (void)find(rule.stick->table, section, "track-sc" + std::to_string(rule.stick->counter), where);
  }

  void resolve_rule(StickRule& rule, const ProxySection& section) {
    StickTable* const table = find(rule.table, section, "stick", rule.where);
    if (table == nullptr) return;
    if (rule.engineio && table->type != StickTable::Type::String) {
      diagnostics_.error(rule.where, "'stick on engineio-sid' needs a table of type string; '" +
                                         table->name + "' is of type " +
                                         std::string(name_of(table->type)));
    }
    if (rule.engineio && section.mode != Mode::Http) {
      diagnostics_.error(rule.where, "'stick on engineio-sid' needs 'mode http'");
    }
    for (const StickData data : {StickData::ServerId, StickData::ServerKey}) {
      if (table->find(data) == nullptr) table->store.push_back({.type = data});
    }
    std::ranges::sort(table->store, {}, &StoredData::type);
  }

  Tables& tables_;
  Diagnostics& diagnostics_;
};

}  // namespace

void check_stick_tables(Draft& draft, Diagnostics& diagnostics) {
  Tables tables = collect_tables(draft, diagnostics);
  for (const auto& [name, table] : tables) {
    if (table->peers.empty()) continue;
    if (std::ranges::count(draft.peers, table->peers, &PeersSection::name) > 0) continue;
    diagnostics.error(table->where, "'stick-table' names the 'peers' section '" + table->peers +
                                        "', but there is no such section");
  }
  TableResolver resolver(tables, diagnostics);
  for (ProxyDraft& proxy : draft.proxies) resolver.resolve(proxy.section);
}

}  // namespace wslb::config
