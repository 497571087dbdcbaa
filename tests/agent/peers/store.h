// A sticky store of a few lines: changes in the order in which they were made.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/peers/change_source.h"

namespace wslb::agent::peers {

// `type string len 64 expire 30m store gpc0,http_req_rate(10s),server_key,gpt(2)`
[[nodiscard]] Table rooms_table(const std::string& name = "rooms");
[[nodiscard]] Update room(const std::string& key, const std::string& server,
                          const std::string& table = "rooms");

class Store : public ChangeSource {
 public:
  explicit Store(std::vector<Table> tables = {rooms_table()});

  // A change made here, or told by `origin`.
  void put(const Update& update, const std::string& origin = "");
  void put_all(const std::vector<Update>& updates, const std::string& origin);
  void add_table(const Table& table) { tables_.insert_or_assign(table.name, table); }
  void set_complete(bool complete) { complete_ = complete; }
  // That change is of an entry that a tunnel holds.
  void hold_newest() { held_.insert(newest_); }

  // "KEY=SERVER", sorted.
  [[nodiscard]] std::vector<std::string> entries() const;
  [[nodiscard]] const std::vector<Update>& told() const { return told_; }

  [[nodiscard]] const Table* table(const std::string& name) const override;
  std::optional<Change> next_change(std::uint64_t after, const std::string& peer,
                                    Scope scope) override;
  [[nodiscard]] std::uint64_t newest() const override { return newest_; }
  [[nodiscard]] base::Duration refresh_interval() const override {
    return held_.empty() ? base::Duration::max() : base::Duration(std::chrono::minutes(10));
  }
  [[nodiscard]] bool complete() const override { return complete_; }

 private:
  struct Entry {
    Update update;
    std::string origin;
  };
  std::map<std::string, Table> tables_;
  std::map<std::uint64_t, Entry> changes_;
  std::map<std::pair<std::string, base::Bytes>, std::uint64_t> numbers_;  // of the changes
  std::vector<Update> told_;                                              // by peers
  std::set<std::uint64_t> held_;
  std::uint64_t newest_ = 0;
  bool complete_ = true;
};

}  // namespace wslb::agent::peers
