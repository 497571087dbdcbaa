// A stick table as all workers share it, and an entry of it that somebody holds. A reload keeps a
// table whose definition stays the same.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/config.h"
#include "proxy/http/value.h"
#include "proxy/stick/table.h"

namespace wslb::proxy {

struct StickTable {
  explicit StickTable(const config::StickTable& definition);

  [[nodiscard]] const config::StickTable& definition() const { return table.definition(); }
  // Says so, at most once a minute, when entries were dropped because it is full. With the mutex
  // held, after what may have dropped some.
  void tell_of_purges(base::TimePoint now);

  std::mutex mutex;
  stick::Table table;  // under the mutex

 private:
  std::uint64_t purges_told_ = 0;
  base::TimePoint told_at_{};
};

// Of one configuration, by name.
class StickTables {
 public:
  // `before`: of the configuration so far, or null.
  StickTables(const config::Config& config, const StickTables* before);

  // Null: there is none.
  [[nodiscard]] std::shared_ptr<StickTable> find(std::string_view name) const;

  using Tables = std::map<std::string, std::shared_ptr<StickTable>, std::less<>>;
  [[nodiscard]] const Tables& all() const { return tables_; }

 private:
  Tables tables_;
};

// An entry that stays as long as this does. Move-only.
class StickHold {
 public:
  enum class Kind : std::uint8_t {
    Tracker,       // counted as a connection of the entry
    KnownTracker,  // of a connection that was counted by a process before this one
    Pin,
  };
  // With the table's mutex held.
  StickHold(std::shared_ptr<StickTable> table, stick::Entry& entry, Kind kind, base::TimePoint now,
            stick::Table::Holder holder = stick::Table::Holder::Request);
  StickHold(StickHold&& other) noexcept
      : table_(std::move(other.table_)),
        entry_(std::exchange(other.entry_, nullptr)),
        kind_(other.kind_),
        holder_(other.holder_) {}
  StickHold& operator=(StickHold&& other) noexcept {
    std::swap(table_, other.table_);
    std::swap(entry_, other.entry_);
    std::swap(kind_, other.kind_);
    std::swap(holder_, other.holder_);
    return *this;
  }
  ~StickHold();

  // From now on an open tunnel holds it.
  void become_tunnel();

  [[nodiscard]] const std::shared_ptr<StickTable>& table() const { return table_; }
  [[nodiscard]] stick::Entry& entry() const { return *entry_; }

 private:
  std::shared_ptr<StickTable> table_;
  stick::Entry* entry_;
  Kind kind_;
  stick::Table::Holder holder_ = stick::Table::Holder::Request;
};

// The value as a key of that table; nothing: it cannot be one.
[[nodiscard]] std::optional<base::Bytes> stick_key(const config::StickTable& table,
                                                   const http::Value& value);

}  // namespace wslb::proxy
