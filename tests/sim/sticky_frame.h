// A frame on its way: with its own copy of the bytes that the frame refers to.
#pragma once

#include <deque>
#include <string>
#include <variant>

#include "agent/sticky/hub.h"

namespace wslb::sim {

inline std::string text(base::ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}
using base::view;

template <typename Variant>
class Carried {
 public:
  explicit Carried(const Variant& frame) : frame_(frame) {
    std::visit([this](auto& one) { keep(one); }, frame_);
  }
  Carried(Carried&&) = default;
  Carried& operator=(Carried&&) = default;

  [[nodiscard]] const Variant& frame() const { return frame_; }

 private:
  template <typename Frame>
  void keep(Frame& frame) {
    if constexpr (requires { frame.records; }) {
      for (auto& record : frame.records) keep_record(record);
    } else if constexpr (requires { frame.changes; }) {
      for (auto& change : frame.changes) keep_record(change.record);
    }
  }

  void keep_record(agent::sticky::Record& record) {
    record.key = bytes_.emplace_back(record.key.begin(), record.key.end());
    record.value = bytes_.emplace_back(record.value.begin(), record.value.end());
  }

  Variant frame_;
  std::deque<base::Bytes> bytes_;
};

}  // namespace wslb::sim
