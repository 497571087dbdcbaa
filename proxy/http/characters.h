// The alphabets of RFC 9110 and 9112 as one table, and comparison without case. ASCII only: no
// locale ever decides what a request means.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace wslb::proxy::http {

enum CharacterClass : std::uint8_t {
  kTokenChar = 1,   // tchar: methods, field names, codings (RFC 9110, section 5.6.2)
  kValueChar = 2,   // field values: HTAB, SP, VCHAR, obs-text (RFC 9110, section 5.5)
  kTargetChar = 4,  // what may stand in a request target: VCHAR but '#'
  kHostChar = 8,    // reg-name without '%': unreserved and sub-delims (RFC 3986, section 3.2.2)
  kHexDigit = 16,
  kDigit = 32,
  kBase64Char = 64,
};

namespace detail {

constexpr bool contains(std::string_view set, char c) {
  return set.find(c) != std::string_view::npos;
}

constexpr std::uint8_t classes_of(unsigned code) {
  const char c = static_cast<char>(code);
  const bool digit = c >= '0' && c <= '9';
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  const bool alnum = digit || letter;
  const bool visible = code > 0x20 && code < 0x7f;
  unsigned classes = 0;
  if (alnum || (visible && contains("!#$%&'*+-.^_`|~", c))) classes |= kTokenChar;
  if (visible || code >= 0x80 || c == ' ' || c == '\t') classes |= kValueChar;
  if (visible && c != '#') classes |= kTargetChar;
  if (alnum || (visible && contains("-._~!$&'()*+,;=", c))) classes |= kHostChar;
  if (digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) classes |= kHexDigit;
  if (digit) classes |= kDigit;
  if (alnum || c == '+' || c == '/') classes |= kBase64Char;
  return static_cast<std::uint8_t>(classes);
}

constexpr auto kClasses = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned code = 0; code < table.size(); ++code) table[code] = classes_of(code);
  return table;
}();

}  // namespace detail

constexpr bool is(CharacterClass wanted, char c) {
  return (detail::kClasses[static_cast<unsigned char>(c)] & wanted) != 0;
}

// True for the empty text too.
constexpr bool all(CharacterClass wanted, std::string_view text) {
  for (const char c : text) {
    if (!is(wanted, c)) return false;
  }
  return true;
}

// As all(kValueChar, text), but eight bytes at a time: most of a head is values.
inline bool is_value(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighBits = kOnes << 7U;
  while (text.size() >= sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, text.data(), sizeof word);
    const std::uint64_t del = word ^ kOnes * 0x7f;
    const std::uint64_t suspects = ((word - kOnes * 0x20) & ~word) | ((del - kOnes) & ~del);
    // A suspect may be a tab, or stand beside a real one: the table decides.
    if ((suspects & kHighBits) != 0 && !all(kValueChar, text.substr(0, sizeof word))) return false;
    text.remove_prefix(sizeof word);
  }
  return all(kValueChar, text);
}

constexpr bool is_token(std::string_view text) {
  return !text.empty() && all(kTokenChar, text);
}

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

// Without spaces and tabs on both ends (OWS).
constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace wslb::proxy::http
