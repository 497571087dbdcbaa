// Where an entry holds which data: those that its table stores, packed one behind the other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "config/stick_table.h"

namespace wslb::proxy::stick {

// A datum of an entry: its type and, of an array, which element.
struct Place {
  config::StickData data = config::StickData::ServerId;
  std::uint32_t index = 0;
};

class Layout {
 public:
  explicit Layout(const config::StickTable& definition);

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  struct Slot {
    std::size_t offset = 0;
    std::size_t bytes = 0;     // 4, 8 or, of a rate, 12
    std::uint32_t period = 0;  // of a rate, in milliseconds
  };
  // Nothing: it is not stored. `gpc0` and its like are found in the arrays that stand for them.
  [[nodiscard]] std::optional<Slot> find(Place place) const;

 private:
  [[nodiscard]] std::optional<Slot> exactly(Place place) const;

  struct Stored {
    std::uint32_t elements = 0;  // 0: it is not stored
    std::uint32_t offset = 0;
    std::uint32_t period = 0;
  };
  std::array<Stored, config::kStickDataTypes> stored_{};
  std::size_t bytes_ = 0;
};

}  // namespace wslb::proxy::stick
