#include "tests/agent/peers/store.h"

#include <algorithm>

namespace wslb::agent::peers {

using namespace std::chrono_literals;

Table rooms_table(const std::string& name) {
  return {.name = name,
          .key_type = KeyType::String,
          .key_length = 64,
          .expire = 30min,
          .data = {{.type = 2},
                   {.type = 10, .period = 10s},
                   {.type = kServerKey},
                   {.type = 22, .elements = 2}}};
}

Update room(const std::string& key, const std::string& server, const std::string& table) {
  return {.table = table,
          .key = base::Bytes(key.begin(), key.end()),
          .server = server,
          .data = {{.type = 2, .value = 300},
                   {.type = 10, .value = 7, .age_ms = 1500, .previous = 9},
                   {.type = 22, .index = 0, .value = 5},
                   {.type = 22, .index = 1, .value = 0xffffffff}},
          .expires_in = 20min};
}

Store::Store(std::vector<Table> tables) {
  for (Table& table : tables) {
    const std::string name = table.name;
    tables_.emplace(name, std::move(table));
  }
}

void Store::put(const Update& update, const std::string& origin) {
  std::uint64_t& number = numbers_[{update.table, update.key}];
  changes_.erase(number);
  number = ++newest_;
  changes_.emplace(number, Entry{update, origin});
}

void Store::put_all(const std::vector<Update>& updates, const std::string& origin) {
  for (const Update& update : updates) {
    told_.push_back(update);
    put(update, origin);
  }
}

std::vector<std::string> Store::entries() const {
  std::vector<std::string> lines;
  for (const auto& [number, entry] : changes_) {
    const base::Bytes& key = entry.update.key;
    lines.push_back(std::string(key.begin(), key.end()) + "=" + entry.update.server);
  }
  std::ranges::sort(lines);
  return lines;
}

const Table* Store::table(const std::string& name) const {
  const auto found = tables_.find(name);
  return found == tables_.end() ? nullptr : &found->second;
}

std::optional<Change> Store::next_change(std::uint64_t after, const std::string& peer,
                                         Scope scope) {
  for (auto at = changes_.upper_bound(after); at != changes_.end(); ++at) {
    if (scope == Scope::News && at->second.origin == peer) continue;
    if (scope == Scope::Held && !held_.contains(at->first)) continue;
    return Change{at->first, at->second.update};
  }
  return std::nullopt;
}

}  // namespace wslb::agent::peers
