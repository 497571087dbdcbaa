#include "config/value.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <string>

namespace wslb::config {
namespace {

using std::chrono::milliseconds;

constexpr base::Duration kDurationMax = milliseconds(std::numeric_limits<std::int32_t>::max());

struct Unit {
  std::string_view name;
  base::Duration length;
};

constexpr std::array<Unit, 7> kUnits{{
    {"", milliseconds(1)},
    {"us", std::chrono::microseconds(1)},
    {"ms", milliseconds(1)},
    {"s", std::chrono::seconds(1)},
    {"m", std::chrono::minutes(1)},
    {"h", std::chrono::hours(1)},
    {"d", std::chrono::hours(24)},
}};

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

// What HAProxy understands before or instead of an address and wslb does not yet.
bool is_other_family(std::string_view text) {
  constexpr std::array<std::string_view, 8> kPrefixes{"/",     "unix@",     "abns@",  "ipv4@",
                                                      "ipv6@", "sockpair@", "quic4@", "quic6@"};
  return std::ranges::any_of(kPrefixes, [&](auto prefix) { return text.starts_with(prefix); });
}

bool looks_like_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_';
  });
}

}  // namespace

base::Result<std::int64_t> parse_integer(std::string_view text, std::int64_t min,
                                         std::int64_t max) {
  const auto value = whole_number(text);
  if (value && *value >= min && *value <= max) return *value;
  return base::Error{"expects a whole number from " + std::to_string(min) + " to " +
                     std::to_string(max) + ", not " + quoted(text)};
}

base::Result<base::Duration> parse_duration(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto digits =
      static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  const auto unit = std::ranges::find(kUnits, text.substr(digits), &Unit::name);
  if (digits == 0 || unit == kUnits.end()) {
    return base::Error{"expects a duration such as 500ms, 30s or 1h, not " + quoted(text)};
  }
  const auto count = whole_number(text.substr(0, digits));
  if (!count || *count > kDurationMax / unit->length) {
    return base::Error{"expects a duration of at most 2147483647ms (24.8 days), not " +
                       quoted(text)};
  }
  return *count * unit->length;
}

base::Result<base::Duration> parse_timer(std::string_view text) {
  const auto duration = parse_duration(text);
  if (!duration) return duration;
  return base::Duration(std::chrono::ceil<milliseconds>(*duration));
}

bool is_host_name(std::string_view text) {
  // "300.1.2.3" is a mistyped address rather than a name.
  const bool numeric = text.find_first_not_of("0123456789.") == std::string_view::npos;
  return looks_like_name(text) && !numeric && !is_other_family(text) && text != "localhost";
}

base::Result<base::IpAddress> parse_host(std::string_view text) {
  if (const auto address = base::IpAddress::parse(text)) return *address;
  if (text == "localhost") return base::IpAddress(base::IpAddress::V4{127, 0, 0, 1});
  if (is_other_family(text)) {
    return base::Error{"expects an IP address; " + quoted(text) +
                       " is of a kind that is not supported by this version of wslb"};
  }
  if (is_host_name(text)) {
    return base::Error{"expects an IP address; host names such as " + quoted(text) +
                       " are not supported here by this version of wslb"};
  }
  return base::Error{"expects an IP address, not " + quoted(text)};
}

base::Result<HostPort> parse_host_port(std::string_view text) {
  HostPort result;
  std::string_view host = text;
  const auto colon = text.find_last_of(":]");
  if (!is_other_family(text) && colon != std::string_view::npos && text[colon] == ':') {
    host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    if (!port.empty()) {
      const auto number = whole_number(port);
      if (!number || *number < 1 || *number > 65535) {
        return base::Error{"expects a port from 1 to 65535 after the last colon, not " +
                           quoted(text)};
      }
      result.port = static_cast<std::uint16_t>(*number);
    }
  }
  if (host.empty() || host == "*") return result;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = parse_host(host);
  if (!address) return address.error();
  result.host = *address;
  return result;
}

std::optional<int> parse_mask(std::string_view text, int bits) {
  if (const auto length = parse_integer(text, 0, bits)) return static_cast<int>(*length);
  const auto mask = base::IpAddress::parse(text);
  if (!mask || mask->is_v4() != (bits == 32)) return std::nullopt;
  int length = 0;
  bool ended = false;
  for (const auto byte : mask->bytes()) {
    for (unsigned bit = 0x80; bit > 0; bit >>= 1U) {
      const bool set = (static_cast<unsigned>(byte) & bit) != 0;
      if (set && ended) return std::nullopt;  // with a hole
      ended = ended || !set;
      if (set) ++length;
    }
  }
  return length;
}

std::string to_text(base::Duration duration) {
  struct Form {
    base::Duration unit;
    std::string_view name;
  };
  constexpr std::array<Form, 4> kForms{{{std::chrono::seconds(1), "s"},
                                        {milliseconds(1), "ms"},
                                        {std::chrono::microseconds(1), "us"},
                                        {base::Duration(1), "ns"}}};
  const auto form = std::ranges::find_if(kForms, [&](const Form& candidate) {
    return duration % candidate.unit == base::Duration(0);
  });
  return std::to_string(duration / form->unit) + std::string(form->name);
}

}  // namespace wslb::config
