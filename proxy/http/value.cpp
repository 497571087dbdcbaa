#include "proxy/http/value.h"

#include <charconv>

#include "base/overloaded.h"

namespace wslb::proxy::http {
namespace {

// As in HAProxy the number at the begin counts, 0 where there is none.
std::int64_t leading_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

config::SampleType Value::type() const {
  using enum config::SampleType;
  return std::visit(base::Overloaded{[](bool) { return Bool; }, [](std::int64_t) { return Int; },
                                     [](const base::IpAddress&) { return Address; },
                                     [](std::string_view) { return Text; },
                                     [](const std::string&) { return Text; }},
                    any_);
}

std::optional<std::int64_t> Value::to_int() const {
  using Number = std::optional<std::int64_t>;
  const auto of_text = [](std::string_view text) -> Number {
    return text.empty() ? std::nullopt : Number(leading_number(text));
  };
  const auto of_address = [](const base::IpAddress& address) -> Number {
    if (!address.is_v4()) return std::nullopt;
    std::int64_t number = 0;
    for (const auto byte : address.bytes()) number = number * 256 + byte;
    return number;
  };
  return std::visit(base::Overloaded{[](bool truth) { return Number(truth ? 1 : 0); },
                                     [](std::int64_t number) { return Number(number); }, of_address,
                                     [&](std::string_view text) { return of_text(text); },
                                     [&](const std::string& text) { return of_text(text); }},
                    any_);
}

std::optional<base::IpAddress> Value::to_address() const {
  if (const auto* address = std::get_if<base::IpAddress>(&any_)) return *address;
  if (type() != config::SampleType::Text) return std::nullopt;
  std::string unused;
  return base::IpAddress::parse(to_text(unused));
}

std::string_view Value::to_text(std::string& scratch) const {
  if (const auto* view = std::get_if<std::string_view>(&any_)) return *view;
  if (const auto* text = std::get_if<std::string>(&any_)) return *text;
  if (const auto* address = std::get_if<base::IpAddress>(&any_)) {
    scratch = address->to_string();
  } else {
    scratch = std::to_string(to_int().value_or(0));
  }
  return scratch;
}

std::string Value::to_string() const {
  std::string scratch;
  return std::string(to_text(scratch));
}

Value Value::owned() const {
  const auto* view = std::get_if<std::string_view>(&any_);
  return view != nullptr ? text(std::string(*view)) : *this;
}

}  // namespace wslb::proxy::http
