#include "config/spelling.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace wslb::config {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the matrix: row i holds the distances of a's first i letters to b's first j.
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, substitution});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) current[j] = std::min(current[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(current);
  }
  return last[b.size()];
}

namespace {

// No fewer edits than these make one of the other: quick to know, and true of most candidates.
std::size_t least_distance(std::string_view a, std::string_view b) {
  std::array<int, 256> surplus{};
  for (const char letter : a) ++surplus.at(static_cast<unsigned char>(letter));
  for (const char letter : b) --surplus.at(static_cast<unsigned char>(letter));
  std::size_t only_a = 0;
  std::size_t only_b = 0;
  for (const int count : surplus) {
    if (count > 0) only_a += static_cast<std::size_t>(count);
    if (count < 0) only_b += static_cast<std::size_t>(-count);
  }
  return std::max(only_a, only_b);
}

}  // namespace

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
  // Longer words may hold more mistakes; beyond that a guess would mislead. A word of absurd
  // length is nobody's typing error and not worth the work.
  constexpr std::size_t kWordLengthMax = 64;
  if (word.size() > kWordLengthMax) return {};
  std::size_t nearest = 1 + std::max<std::size_t>(word.size() / 3, 1);
  std::string_view best;
  for (const std::string_view candidate : candidates) {
    if (least_distance(word, candidate) >= nearest) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < nearest) {
      nearest = distance;
      best = candidate;
    }
  }
  return best.empty() ? std::string{} : "; did you mean '" + std::string(best) + "'?";
}

}  // namespace wslb::config
