// Bytes of one direction of a tunnel that its sink has not taken yet. In the process's own memory,
// or, of a tunnel that the vault keeps, in the arena.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "proxy/vault/arena.h"

namespace wslb::proxy::vault {

class Pending {
 public:
  // From now on in that slot's room; what waits moves there, and must fit.
  void keep_in(Arena& arena, Slot slot, std::size_t direction);
  // The same with the last `waiting` bytes of what is there already.
  void resume(Arena& arena, Slot slot, std::size_t direction, std::size_t waiting);

  [[nodiscard]] bool empty() const { return bytes_ == 0; }
  [[nodiscard]] std::string_view view() const;
  // `end`: how far the direction has been read with these bytes. In the arena only while it is
  // empty, and no more than the room holds.
  void append(std::string_view data, std::uint64_t end);
  void consume(std::size_t bytes);
  void clear();

 private:
  std::string own_;
  std::span<char> room_;
  Record* record_ = nullptr;  // null: in own_
  std::size_t direction_ = 0;
  std::size_t bytes_ = 0;  // with those that went out
  std::size_t sent_ = 0;
};

}  // namespace wslb::proxy::vault
