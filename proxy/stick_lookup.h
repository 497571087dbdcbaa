// Answers what a sample asks of an entry. Takes the table's mutex for each answer.
#pragma once

#include <cstdint>
#include <optional>

#include "config/stick_query.h"
#include "proxy/http/value.h"
#include "proxy/stick_table.h"

namespace wslb::proxy {

// A counter and its rate, as far as the table stores them; the counter's new value. With the mutex
// held.
std::uint64_t increment(stick::Table& table, stick::Entry& entry, stick::Place place,
                        base::TimePoint now);

class StickLookup {
 public:
  explicit StickLookup(StickTable& table) : table_(table) {}

  [[nodiscard]] std::optional<http::Value> of_key(const config::StickQuery& query,
                                                  base::ByteView key);
  // Of one that the caller holds.
  [[nodiscard]] std::optional<http::Value> of_entry(const config::StickQuery& query,
                                                    stick::Entry& entry);

 private:
  [[nodiscard]] std::optional<http::Value> answer(const config::StickQuery& query,
                                                  stick::Entry& entry, base::TimePoint now);
  [[nodiscard]] std::optional<http::Value> change(const config::StickQuery& query,
                                                  stick::Entry& entry, base::TimePoint now);

  StickTable& table_;
};

}  // namespace wslb::proxy
