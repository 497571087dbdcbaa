#include "agent/peers/dictionary.h"

namespace wslb::agent::peers {

SentNames::Entry SentNames::find_or_add(const std::string& name) {
  const auto known = ids_.find(name);
  if (known != ids_.end()) return {known->second, false};
  std::string& place = names_[next_];
  if (!place.empty()) ids_.erase(place);
  place = name;
  const auto id = static_cast<std::uint8_t>(next_ + 1);
  ids_.emplace(name, id);
  next_ = static_cast<std::uint8_t>(id % kNamesMax);
  return {id, true};
}

bool LearnedNames::learn(std::uint64_t id, std::string_view name) {
  if (id < 1 || id > kNamesMax || name.empty()) return false;
  names_[id - 1] = name;
  return true;
}

const std::string* LearnedNames::find(std::uint64_t id) const {
  if (id < 1 || id > kNamesMax || names_[id - 1].empty()) return nullptr;
  return &names_[id - 1];
}

}  // namespace wslb::agent::peers
