// Keys of entries that are over, until the next frame tells of them. Bounded: whoever does not read
// for long is not told of all.
#pragma once

#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include "agent/sticky/frame.h"
#include "agent/sticky/replica.h"

namespace wslb::agent::sticky {

class EndedKeys {
 public:
  void add(const Replica::Entry& entry) {
    if (waiting_.size() >= kMax) return;
    waiting_.push_back(
        {entry.table, base::Bytes(entry.key().begin(), entry.key().end()), entry.version()});
  }
  void clear() { waiting_.clear(); }
  [[nodiscard]] bool empty() const { return waiting_.empty(); }

  // Valid until the next call.
  Ended next() {
    telling_.clear();
    Ended frame;
    while (telling_.size() < kFrameMax && !waiting_.empty()) {
      telling_.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    for (const Key& key : telling_) {
      frame.records.push_back(
          {.table = key.table, .key = key.bytes, .value = {}, .version = key.version});
    }
    return frame;
  }

 private:
  static constexpr std::size_t kMax = 65536;
  static constexpr std::size_t kFrameMax = 256;

  struct Key {
    TableId table = 0;
    base::Bytes bytes;
    Version version{};
  };

  std::deque<Key> waiting_;
  std::vector<Key> telling_;
};

}  // namespace wslb::agent::sticky
