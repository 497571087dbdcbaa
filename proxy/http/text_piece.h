// The pieces of a text between delimiters, for the converters `field` and `word`.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wslb::proxy::http {

struct Pieces {
  std::int64_t index = 1;  // from 1, from -1 backwards
  std::int64_t count = 1;  // 0: all that follow, or precede where the index counts backwards
  std::string_view delimiters;
  bool merges = false;  // several delimiters in a row part once, and those at the ends not at all
};

// The pieces with what is between them; nothing where there are none.
[[nodiscard]] std::optional<std::string_view> text_piece(std::string_view text,
                                                         const Pieces& wanted);

}  // namespace wslb::proxy::http
