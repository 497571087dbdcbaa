#include "proxy/http/fields.h"

#include <algorithm>
#include <cassert>

#include "proxy/http/characters.h"
#include "proxy/http/list.h"

namespace wslb::proxy::http {

namespace {

auto named(std::string_view name) {
  return [name](const Field& field) { return equal_ignoring_case(field.name, name); };
}

}  // namespace

std::optional<std::string_view> Fields::find(std::string_view name) const {
  const auto found = std::ranges::find_if(fields_, named(name));
  if (found == fields_.end()) return std::nullopt;
  return found->value;
}

std::size_t Fields::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(fields_, named(name)));
}

bool Fields::lists(std::string_view name, std::string_view token) const {
  return std::ranges::any_of(fields_, [&](const Field& field) {
    return equal_ignoring_case(field.name, name) &&
           !for_each_element(field.value, [token](std::string_view element) {
             return !equal_ignoring_case(element, token);
           });
  });
}

void Fields::add(std::string_view name, std::string_view value) {
  std::string text;
  text.reserve(name.size() + value.size());
  text.append(name).append(value);
  const std::string_view kept = keep(std::move(text));
  fields_.push_back({kept.substr(0, name.size()), kept.substr(name.size())});
}

void Fields::set(std::string_view name, std::string_view value) {
  // `value` may be a view of the field that goes: its text stays kept.
  remove(name);
  add(name, value);
}

void Fields::remove(std::string_view name) {
  std::erase_if(fields_, named(name));
}

void Fields::set_value(std::size_t index, std::string_view value) {
  assert(index < fields_.size());
  fields_[index].value = keep(std::string(value));
}

void Fields::serialise(std::string& out) const {
  for (const Field& field : fields_) {
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  out.append("\r\n");
}

}  // namespace wslb::proxy::http
