// What a sample expression yields. Text is a view of what was sampled, as long as nothing made a
// new text of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/ip_address.h"
#include "config/sample.h"

namespace wslb::proxy::http {

class Value {
 public:
  static Value of(bool truth) { return Value(truth); }
  static Value of(std::int64_t number) { return Value(number); }
  static Value of(const base::IpAddress& address) { return Value(address); }
  static Value view(std::string_view text) { return Value(text); }  // must outlive the value
  static Value text(std::string text) { return Value(std::move(text)); }

  [[nodiscard]] config::SampleType type() const;

  // The value as something else; nothing where it has no such form.
  [[nodiscard]] std::optional<std::int64_t> to_int() const;
  [[nodiscard]] std::optional<base::IpAddress> to_address() const;
  // `scratch` holds the text where there is none yet.
  std::string_view to_text(std::string& scratch) const;
  [[nodiscard]] std::string to_string() const;

  // The same without a view.
  [[nodiscard]] Value owned() const;

 private:
  using Any = std::variant<bool, std::int64_t, base::IpAddress, std::string_view, std::string>;
  explicit Value(Any any) : any_(std::move(any)) {}

  Any any_;
};

}  // namespace wslb::proxy::http
