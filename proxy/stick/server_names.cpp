#include "proxy/stick/server_names.h"

#include <cassert>

namespace wslb::proxy::stick {

std::uint32_t ServerNames::take(std::string_view name) {
  if (name.empty()) return 0;
  const auto known = numbers_.find(name);
  if (known != numbers_.end()) {
    ++names_[known->second - 1].users;
    return known->second;
  }
  if (unused_.empty()) {
    names_.emplace_back();
    unused_.push_back(static_cast<std::uint32_t>(names_.size()));
  }
  const std::uint32_t number = unused_.back();
  unused_.pop_back();
  names_[number - 1] = {std::string(name), 1};
  numbers_.emplace(name, number);
  return number;
}

void ServerNames::give_back(std::uint32_t number) {
  if (number == 0) return;
  Name& name = names_.at(number - 1);
  assert(name.users > 0);
  if (--name.users > 0) return;
  numbers_.erase(name.text);
  name.text.clear();
  unused_.push_back(number);
}

std::string_view ServerNames::text(std::uint32_t number) const {
  return number == 0 ? std::string_view() : std::string_view(names_.at(number - 1).text);
}

}  // namespace wslb::proxy::stick
