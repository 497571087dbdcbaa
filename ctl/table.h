// A table of text for a terminal or a file: columns as wide as they must be, colours where they are
// wanted. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "view/time_text.h"

namespace wslb::ctl {

// How a text is to look; for a pipe, as bare as can be.
struct TableStyle {
  bool colour = false;
  std::int64_t now_unix_ms = 0;  // for ages
  std::size_t width = 0;         // of a line; 0: as long as it must be
};

struct Cell {
  std::string text;
  std::string_view colour = {};  // an SGR sequence's parameters; empty: none
  bool right = false;            // a number
};
using Row = std::vector<Cell>;

[[nodiscard]] inline Cell number_cell(std::uint64_t value) {
  return {view::short_number(value), {}, true};
}

inline constexpr std::string_view kGood = "1;32";
inline constexpr std::string_view kBad = "1;31";
inline constexpr std::string_view kDoubtful = "33";
inline constexpr std::string_view kHeading = "1";

// The colour of "active", "up", "UP 1/2", "connected" and so on; empty: none.
[[nodiscard]] std::string_view colour_of(std::string_view state);

[[nodiscard]] std::string painted(const Cell& cell, const TableStyle& style);

// Whatever others have put into a text, it cannot steer a terminal.
[[nodiscard]] std::string printable(std::string_view text);

// Where the rows are too wide, the widest columns are cut, and a `~` says so. The first row is the
// heading. Ends with a newline, as all of these.
[[nodiscard]] std::string lay_out(const std::vector<Row>& rows, const TableStyle& style);

// In lines of that width at most where blanks allow it, all but the first indented.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t indent,
                                  const TableStyle& style);

[[nodiscard]] inline std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

}  // namespace wslb::ctl
