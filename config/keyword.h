// A table of keywords describes a section: each row names a keyword, says how it is written and
// which function applies it to the section's draft. Reference pages follow the same rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "config/statement.h"

namespace wslb::config {

// Which side of a proxy a keyword acts on; sections that are no proxies leave it at Both.
enum class Side : std::uint8_t { Both, Frontend, Backend };

// What HAProxy does with a keyword in a proxy that lacks its side.
enum class Misplaced : std::uint8_t { Warning, Error };

inline constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();

template <typename Draft>
struct Keyword {
  std::string_view name;   // one word, or two such as "timeout client"
  std::string_view usage;  // all of the line, as the reference writes it
  std::size_t arguments_min = 0;
  std::size_t arguments_max = 0;
  void (*apply)(Draft&, const Statement&) = nullptr;

  Side side = Side::Both;
  Misplaced misplaced = Misplaced::Warning;
  bool in_defaults = true;
  bool in_named_defaults = false;  // in those alone, where not in all
  bool negatable = false;          // `no KEYWORD`, `default KEYWORD`
};

template <typename Draft>
using Keywords = std::span<const Keyword<Draft>>;

}  // namespace wslb::config
