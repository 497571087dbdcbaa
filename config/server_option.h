// A word that may follow the address of a `server` line. The table is in parts: see server_line.cpp
// and server_check_options.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/server.h"
#include "config/value.h"

namespace wslb::config {

// Nothing where the value was right; else a fragment that begins with "expects".
using Complaint = std::optional<std::string>;

struct ServerOption {
  std::string_view name;
  bool has_value;
  Complaint (*apply)(Server&, const std::string& value);
};

// Those about health, and those about names.
[[nodiscard]] std::span<const ServerOption> server_check_options();
[[nodiscard]] std::span<const ServerOption> server_name_options();

template <typename T>
Complaint set_number(T& target, const std::string& value, std::int64_t min, std::int64_t max) {
  const auto number = parse_integer(value, min, max);
  if (!number) return number.error().message;
  target = static_cast<T>(*number);
  return std::nullopt;
}

template <typename T>
Complaint set_interval(T& target, const std::string& value) {
  const auto interval = parse_timer(value);
  if (!interval) return interval.error().message;
  if (*interval == base::Duration(0)) return "expects a duration longer than 0";
  target = *interval;
  return std::nullopt;
}

}  // namespace wslb::config
