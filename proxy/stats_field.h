// One figure of `show stat` or `show info`, and its forms in the answers `typed` and `json`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wslb::proxy {

enum class StatsType : std::uint8_t { U32, S32, U64, Text };

struct StatsField {
  std::size_t position = 0;
  std::string_view name;
  std::string_view tags;  // a letter each for origin, nature and scope, such as "MCP"
  StatsType type = StatsType::U64;
  std::string value;
};

// "POSITION.NAME.1:TAGS:TYPE:VALUE"
[[nodiscard]] std::string typed_field(const StatsField& field);

// The members of a JSON object, without its braces.
[[nodiscard]] std::string json_field(const StatsField& field);

}  // namespace wslb::proxy
