// keepalived.conf(5) as a tree: a statement is a keyword with arguments, and may open a block.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "ctl/migration/keepalived_lines.h"
#include "ctl/migration/remark.h"

namespace wslb::ctl::migration {

struct Block {
  config::Location where;
  std::vector<std::string> words;  // the first one is the keyword; none: the whole file
  std::vector<Block> inner;        // what stands in its braces

  [[nodiscard]] std::string_view keyword() const {
    return words.empty() ? std::string_view() : words.front();
  }
  // An argument that is not there is empty.
  [[nodiscard]] const std::string& argument(std::size_t index = 0) const {
    static const std::string kNone;
    return index + 1 < words.size() ? words[index + 1] : kNone;
  }
  // All words as they would be written, with a blank in between.
  [[nodiscard]] std::string text() const {
    std::string joined;
    for (const std::string& word : words) joined += (joined.empty() ? "" : " ") + word;
    return joined;
  }
};

// Braces that do not match are told.
[[nodiscard]] Block make_tree(const std::vector<KeepalivedLine>& lines, Remarks& remarks);

}  // namespace wslb::ctl::migration
