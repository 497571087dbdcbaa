#include "proxy/vault/pending.h"

#include <algorithm>
#include <cassert>

namespace wslb::proxy::vault {

void Pending::keep_in(Arena& arena, Slot slot, std::size_t direction) {
  const std::string before(view());
  clear();
  room_ = arena.room(slot, direction);
  record_ = &arena.record(slot);
  direction_ = direction;
  append(before, before.size());
}

void Pending::resume(Arena& arena, Slot slot, std::size_t direction, std::size_t waiting) {
  room_ = arena.room(slot, direction);
  record_ = &arena.record(slot);
  direction_ = direction;
  bytes_ = record_->waiting(direction).value_or(0);
  assert(waiting <= bytes_);
  sent_ = bytes_ - waiting;
  if (waiting == 0) clear();
}

std::string_view Pending::view() const {
  const std::string_view all =
      record_ != nullptr ? std::string_view(room_.data(), bytes_) : std::string_view(own_);
  return all.substr(sent_);
}

void Pending::append(std::string_view data, std::uint64_t end) {
  if (data.empty()) return;
  if (record_ == nullptr) {
    own_.append(data);
    bytes_ = own_.size();
    return;
  }
  assert(bytes_ == 0 && data.size() <= room_.size());
  std::ranges::copy(data, room_.begin());
  bytes_ = data.size();
  record_->set_waiting(direction_, bytes_, end);
}

void Pending::consume(std::size_t bytes) {
  sent_ += bytes;
  if (sent_ == bytes_) clear();
}

// Gives the memory back: most tunnels are idle.
void Pending::clear() {
  own_ = std::string();
  if (record_ != nullptr && bytes_ > 0) {
    record_->clear_waiting(direction_);
    vault::empty(room_.first(bytes_));
  }
  bytes_ = sent_ = 0;
}

}  // namespace wslb::proxy::vault
