#include "proxy/http/text_piece.h"

#include <algorithm>
#include <vector>

namespace wslb::proxy::http {
namespace {

struct Piece {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<Piece> cut(std::string_view text, const Pieces& wanted) {
  std::vector<Piece> pieces;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(wanted.delimiters, begin), text.size());
    if (!wanted.merges || end > begin) pieces.push_back({begin, end});
    begin = end + 1;
  }
  return pieces;
}

}  // namespace

std::optional<std::string_view> text_piece(std::string_view text, const Pieces& wanted) {
  const std::vector<Piece> pieces = cut(text, wanted);
  const auto size = static_cast<std::int64_t>(pieces.size());
  const std::int64_t place = wanted.index > 0 ? wanted.index - 1 : size + wanted.index;
  if (place < 0 || place >= size) return std::nullopt;
  // Forwards the wanted piece is the first of `count`, backwards the last.
  std::int64_t first = place;
  std::int64_t last = place;
  if (wanted.index > 0) {
    last = wanted.count == 0 ? size - 1 : std::min(size - 1, place + wanted.count - 1);
  } else {
    first = wanted.count == 0 ? 0 : std::max<std::int64_t>(0, place - wanted.count + 1);
  }
  const std::size_t begin = pieces[static_cast<std::size_t>(first)].begin;
  return text.substr(begin, pieces[static_cast<std::size_t>(last)].end - begin);
}

}  // namespace wslb::proxy::http
