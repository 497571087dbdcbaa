// The header fields of one message, in their order. The object owns all text that its views point
// to, the received one and what edits add, so a head may outlive the connection's buffer. Moving
// keeps every view valid; copying is refused because it would not. Names compare without case.
#pragma once

#include <cstddef>
#include <forward_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wslb::proxy::http {

struct Field {
  std::string_view name;
  std::string_view value;  // no white space around it
};

class Fields {
 public:
  Fields() = default;
  Fields(Fields&&) = default;
  Fields& operator=(Fields&&) = default;

  [[nodiscard]] const std::vector<Field>& all() const { return fields_; }

  // The value of the first field of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;

  // Whether `token` is an element of the comma-separated lists in the fields of that name.
  [[nodiscard]] bool lists(std::string_view name, std::string_view token) const;

  // Edits copy what they are given. The text must be legal in a field; that is the caller's duty.
  void add(std::string_view name, std::string_view value);
  void set(std::string_view name, std::string_view value);  // replaces all of that name
  void remove(std::string_view name);
  void set_value(std::size_t index, std::string_view value);

  template <typename Predicate>
  void remove_if(Predicate predicate) {
    std::erase_if(fields_, predicate);
  }

  // Takes text over and returns the view of it that lives as long as this object.
  std::string_view keep(std::string text) { return kept_.emplace_front(std::move(text)); }

  // For the parsers: a field whose text is kept here already.
  void add_kept(Field field) { fields_.push_back(field); }
  void reserve(std::size_t count) { fields_.reserve(count); }

  // Appends "name: value CRLF" for each, and the empty line.
  void serialise(std::string& out) const;

 private:
  std::vector<Field> fields_;
  std::forward_list<std::string> kept_;  // a list, because its strings never move
};

}  // namespace wslb::proxy::http
