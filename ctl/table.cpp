#include "ctl/table.h"

#include <algorithm>
#include <numeric>

namespace wslb::ctl {
namespace {

constexpr std::size_t kGap = 2;        // columns between columns
constexpr std::size_t kNarrowest = 6;  // to which a column is cut

// Too wide in all: the widest gives way, then the next one.
void fit(std::vector<std::size_t>& widths, std::size_t limit) {
  const std::size_t gaps = kGap * (widths.size() - 1);
  for (;;) {
    const std::size_t total = std::accumulate(widths.begin(), widths.end(), gaps);
    const auto widest = std::ranges::max_element(widths);
    if (limit == 0 || total <= limit || *widest <= kNarrowest) return;
    *widest = std::max(kNarrowest, *widest - std::min(*widest, total - limit));
  }
}

std::string cut(const std::string& text, std::size_t width) {
  return text.size() <= width ? text : text.substr(0, width - 1) + "~";
}

}  // namespace

std::string_view colour_of(std::string_view state) {
  const std::string_view word = state.substr(0, state.find_first_of(" /"));
  for (const std::string_view good : {"active", "up", "UP", "connected", "OPEN"}) {
    if (word == good) return state.starts_with("UP ") ? kDoubtful : kGood;
  }
  for (const std::string_view bad : {"fault", "down", "DOWN", "refused", "STOP"}) {
    if (word == bad) return kBad;
  }
  for (const std::string_view doubtful :
       {"init", "starting", "connecting", "DRAIN", "MAINT", "NOLB", "FULL", "PAUSED"}) {
    if (word == doubtful) return kDoubtful;
  }
  return {};
}

std::string painted(const Cell& cell, const TableStyle& style) {
  if (!style.colour || cell.colour.empty()) return cell.text;
  return "\x1b[" + std::string(cell.colour) + "m" + cell.text + "\x1b[0m";
}

std::string printable(std::string_view text) {
  std::string result(text);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto byte = static_cast<unsigned char>(result[i]);
    // In UTF-8 the second byte of U+0080 to U+009F, which terminals obey as they do ESC.
    const bool second = i > 0 && result[i - 1] == '\xc2' && byte >= 0x80 && byte < 0xa0;
    if (second) result[i - 1] = '?';
    if (byte < ' ' || byte == 127 || second) result[i] = '?';
  }
  return result;
}

std::string lay_out(const std::vector<Row>& rows, const TableStyle& style) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].text.size());
  }
  fit(widths, style.width);
  std::string text;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      Cell cell{cut(printable(row[i].text), widths[i]), row[i].colour};
      if (&row == &rows.front()) cell.colour = kHeading;
      const std::size_t room = widths[i] - cell.text.size();
      if (row[i].right) text.append(room, ' ');
      text += painted(cell, style);
      if (i + 1 < row.size()) text.append((row[i].right ? 0 : room) + kGap, ' ');
    }
    text += '\n';
  }
  return text;
}

std::string wrapped(std::string_view text, std::size_t indent, const TableStyle& style) {
  const std::string clean = printable(text);
  std::string result;
  std::string_view rest = clean;
  std::size_t room = style.width;
  while (style.width > indent + kNarrowest && rest.size() > room) {
    const auto blank = rest.substr(0, room + 1).rfind(' ');
    if (blank == std::string_view::npos || blank == 0) break;
    result.append(rest.substr(0, blank)).append("\n").append(indent, ' ');
    rest.remove_prefix(blank + 1);
    room = style.width - indent;
  }
  return result.append(rest).append("\n");
}

}  // namespace wslb::ctl
