#include "config/acl_pattern.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "config/value.h"

namespace wslb::config {
namespace {

constexpr auto kComparisons = std::to_array<std::string_view>({"eq", "ge", "gt", "le", "lt"});

constexpr std::int64_t kIntMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kIntMax = std::numeric_limits<std::int64_t>::max();

std::optional<std::int64_t> whole_int(std::string_view text) {
  const auto read = parse_integer(text, kIntMin, kIntMax);
  return read ? std::optional(*read) : std::nullopt;
}

base::Error no_range(const std::string& word) {
  return base::Error{"expects a number or a range such as 1:5, 1: or :5, not '" + word + "'"};
}

base::Result<IntRange> parse_range(std::string_view operation, const std::string& word) {
  const auto colon = word.find(':');
  if (colon != std::string::npos) {
    if (operation != "eq") {
      return base::Error{"has the range '" + word + "' behind '" + std::string(operation) +
                         "', which wants one number"};
    }
    const std::string_view low = std::string_view(word).substr(0, colon);
    const std::string_view high = std::string_view(word).substr(colon + 1);
    const auto first = low.empty() ? std::optional(kIntMin) : whole_int(low);
    const auto last = high.empty() ? std::optional(kIntMax) : whole_int(high);
    if (!first || !last || (low.empty() && high.empty())) return no_range(word);
    return IntRange{*first, *last};
  }
  const auto value = whole_int(word);
  if (!value) return no_range(word);
  if (operation == "ge") return IntRange{*value, kIntMax};
  if (operation == "gt")
    return *value == kIntMax ? IntRange{kIntMax, kIntMin} : IntRange{*value + 1, kIntMax};
  if (operation == "le") return IntRange{kIntMin, *value};
  if (operation == "lt")
    return *value == kIntMin ? IntRange{kIntMax, kIntMin} : IntRange{kIntMin, *value - 1};
  return IntRange{*value, *value};
}

std::optional<base::Error> add_ranges(std::span<const std::string> words, AclTest& test) {
  std::string_view operation = "eq";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (std::ranges::count(kComparisons, words[i]) > 0) {
      operation = words[i];
      if (i + 1 == words.size()) return base::Error{"expects a number after '" + words[i] + "'"};
      continue;
    }
    auto range = parse_range(operation, words[i]);
    if (!range) return range.error();
    test.ranges.push_back(*range);
  }
  return std::nullopt;
}

base::Result<Network> parse_network(const std::string& word) {
  const auto slash = word.find('/');
  const auto address = base::IpAddress::parse(word.substr(0, slash));
  if (!address) return base::Error{"expects an IP address or network, not '" + word + "'"};
  const int bits = address->is_v4() ? 32 : 128;
  if (slash == std::string::npos) return Network{*address, bits};
  const auto prefix = parse_mask(std::string_view(word).substr(slash + 1), bits);
  if (!prefix) {
    return base::Error{"expects a prefix of 0 to " + std::to_string(bits) + " bits, not '" + word +
                       "'"};
  }
  return Network{*address, *prefix};
}

base::Result<std::string> parse_hex(const std::string& word) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < word.size(); i += 2) {
    unsigned byte = 0;
    const char* const end = word.data() + i + 2;
    const auto [stop, error] = std::from_chars(word.data() + i, end, byte, 16);
    if (error != std::errc() || stop != end) break;
    bytes += static_cast<char>(byte);
  }
  if (!word.empty() && bytes.size() * 2 == word.size()) return bytes;
  return base::Error{"expects bytes in hexadecimal, not '" + word + "'"};
}

}  // namespace

std::optional<base::Error> add_pattern_lines(std::string_view text, AclTest& test) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = line.substr(0, line.find('\r'));
    if (line.starts_with('#')) continue;
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.empty()) continue;
    const std::string word(line);
    if (auto error = add_patterns({&word, 1}, test)) return error;
  }
  return std::nullopt;
}

void sort_patterns(AclTest& test) {
  if (test.match != Match::Exact && test.match != Match::Binary) return;
  if (test.ignore_case) {
    for (std::string& pattern : test.patterns) {
      std::ranges::transform(pattern, pattern.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
      });
    }
  }
  std::ranges::sort(test.patterns);
}

std::optional<base::Error> add_patterns(std::span<const std::string> words, AclTest& test) {
  switch (test.match) {
    case Match::Found:
    case Match::Bool:
      return std::nullopt;  // whatever is given is not compared, as in HAProxy
    case Match::Int:
    case Match::Length:
      return add_ranges(words, test);
    case Match::Address:
      for (const std::string& word : words) {
        const auto network = parse_network(word);
        if (!network) return network.error();
        test.networks.push_back(*network);
      }
      return std::nullopt;
    case Match::Regex:
      for (const std::string& word : words) {
        auto regex = base::Regex::compile(
            word, test.ignore_case ? base::Regex::Case::Insensitive : base::Regex::Case::Sensitive);
        if (!regex) return regex.error();
        test.regexes.push_back(std::move(*regex));
      }
      return std::nullopt;
    case Match::Binary:
      for (const std::string& word : words) {
        auto bytes = parse_hex(word);
        if (!bytes) return bytes.error();
        test.patterns.push_back(std::move(*bytes));
      }
      return std::nullopt;
    case Match::Exact:
    case Match::Prefix:
    case Match::Suffix:
    case Match::Substring:
    case Match::Directory:
    case Match::Domain:
      test.patterns.insert(test.patterns.end(), words.begin(), words.end());
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace wslb::config
