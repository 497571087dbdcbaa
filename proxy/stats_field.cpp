#include "proxy/stats_field.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace wslb::proxy {
namespace {

using Letters = std::span<const std::pair<char, std::string_view>>;

constexpr auto kOrigins = std::to_array<std::pair<char, std::string_view>>(
    {{'M', "Metric"}, {'S', "Status"}, {'K', "Key"}, {'C', "Config"}, {'P', "Product"}});
constexpr auto kNatures = std::to_array<std::pair<char, std::string_view>>({{'G', "Gauge"},
                                                                            {'L', "Limit"},
                                                                            {'m', "Min"},
                                                                            {'M', "Max"},
                                                                            {'R', "Rate"},
                                                                            {'C', "Counter"},
                                                                            {'D', "Duration"},
                                                                            {'A', "Age"},
                                                                            {'T', "Time"},
                                                                            {'N', "Name"},
                                                                            {'O', "Output"},
                                                                            {'a', "Avg"}});
constexpr auto kScopes = std::to_array<std::pair<char, std::string_view>>(
    {{'P', "Process"}, {'S', "Service"}, {'s', "System"}, {'C', "Cluster"}});

std::string member(std::string_view name, Letters letters, char letter) {
  const auto found = std::ranges::find(letters, letter, &Letters::value_type::first);
  const std::string_view word = found == letters.end() ? "" : found->second;
  return "\"" + std::string(name) + "\":\"" + std::string(word) + "\"";
}

std::string_view name_of(StatsType type) {
  constexpr std::array<std::string_view, 4> kNames = {"u32", "s32", "u64", "str"};
  return kNames.at(static_cast<std::size_t>(type));
}

std::string quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string result = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20) {
      result += "\\u00";
      result += kHex[code >> 4];
      result += kHex[code & 15];
      continue;
    }
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

}  // namespace

std::string typed_field(const StatsField& field) {
  std::string line = std::to_string(field.position);
  return line.append(".")
      .append(field.name)
      .append(".1:")
      .append(field.tags)
      .append(":")
      .append(name_of(field.type))
      .append(":")
      .append(field.value);
}

std::string json_field(const StatsField& field) {
  const std::string value = field.type == StatsType::Text ? quoted(field.value) : field.value;
  return "\"field\":{\"pos\":" + std::to_string(field.position) + ",\"name\":\"" +
         std::string(field.name) + "\"},\"processNum\":1,\"tags\":{" +
         member("origin", kOrigins, field.tags[0]) + "," +
         member("nature", kNatures, field.tags[1]) + "," + member("scope", kScopes, field.tags[2]) +
         "},\"value\":{\"type\":\"" + std::string(name_of(field.type)) + "\",\"value\":" + value +
         "}";
}

}  // namespace wslb::proxy
