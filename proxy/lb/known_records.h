// The records of one name: those of the last good answer, and those that were in an earlier one not
// too long ago (`hold obsolete`), since a name server may give only some of them at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/time.h"

namespace wslb::proxy::lb {

template <typename Record>
class KnownRecords {
 public:
  void update(const std::vector<Record>& answer, base::TimePoint now, base::Duration hold) {
    std::vector<Record> records;
    std::vector<base::TimePoint> seen;
    for (const Record& record : answer) {
      if (find(records, record) != records.size()) continue;
      records.push_back(record);
      seen.push_back(now);
    }
    for (std::size_t i = 0; i < records_.size(); ++i) {
      if (now - seen_[i] >= hold || find(records, records_[i]) != records.size()) continue;
      records.push_back(records_[i]);
      seen.push_back(seen_[i]);
    }
    records_ = std::move(records);
    seen_ = std::move(seen);
  }

  // In the order of the last answer, older ones last.
  [[nodiscard]] const std::vector<Record>& all() const { return records_; }

  void clear() {
    records_.clear();
    seen_.clear();
  }

 private:
  static std::size_t find(const std::vector<Record>& records, const Record& record) {
    return static_cast<std::size_t>(std::ranges::find(records, record) - records.begin());
  }

  std::vector<Record> records_;
  std::vector<base::TimePoint> seen_;  // when each was last in an answer
};

}  // namespace wslb::proxy::lb
