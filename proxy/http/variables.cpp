#include "proxy/http/variables.h"

#include <algorithm>

namespace wslb::proxy::http {
namespace {

constexpr std::size_t kEntriesMax = 64;
constexpr std::size_t kTextBytesMax = 16 * 1024;

auto called(const config::VariableName& name) {
  return [&name](const auto& entry) {
    return entry.name.scope == name.scope && entry.name.name == name.name;
  };
}

}  // namespace

const Value* Variables::find(const config::VariableName& name) const {
  const auto found = std::ranges::find_if(entries_, called(name));
  return found == entries_.end() ? nullptr : &found->value;
}

bool Variables::set(const config::VariableName& name, const Value& value) {
  std::string scratch;
  if (value.to_text(scratch).size() > kTextBytesMax) return false;
  const auto found = std::ranges::find_if(entries_, called(name));
  if (found != entries_.end()) {
    found->value = value.owned();
    return true;
  }
  if (entries_.size() >= kEntriesMax) return false;
  entries_.push_back({name, value.owned()});
  return true;
}

void Variables::unset(const config::VariableName& name) {
  std::erase_if(entries_, called(name));
}

}  // namespace wslb::proxy::http
