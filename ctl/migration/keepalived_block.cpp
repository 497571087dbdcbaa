#include "ctl/migration/keepalived_block.h"

#include <cstddef>
#include <utility>

namespace wslb::ctl::migration {
namespace {

constexpr std::size_t kBlocksMax = 16;

class TreeMaker {
 public:
  explicit TreeMaker(Remarks& remarks) : remarks_(remarks) {}

  void read(const KeepalivedLine& line) {
    Block statement{line.where, {}, {}};
    for (const Word& word : line.words) {
      if (word.is_brace('{')) {
        open(std::exchange(statement, {line.where, {}, {}}));
      } else if (word.is_brace('}')) {
        add(std::exchange(statement, {line.where, {}, {}}));
        close(line.where);
      } else {
        statement.words.push_back(word.text);
      }
    }
    add(std::move(statement));
  }

  Block finish() {
    while (open_.size() > 1) {
      const Block& unfinished = open_.back();
      remarks_.todo(unfinished.where, "'" + unfinished.text() + "' lacks its '}'");
      close(unfinished.where);
    }
    return std::move(open_.front());
  }

 private:
  void add(Block statement) {
    if (!statement.words.empty()) open_.back().inner.push_back(std::move(statement));
  }

  // Without words of its own it is the block of the statement above.
  void open(Block statement) {
    auto& above = open_.back().inner;
    if (statement.words.empty() && !above.empty() && above.back().inner.empty()) {
      statement = std::move(above.back());
      above.pop_back();
    } else if (statement.words.empty()) {
      remarks_.todo(statement.where, "'{' stands behind no keyword; its block is left out");
    }
    if (open_.size() > kBlocksMax) {
      remarks_.todo(statement.where, "blocks in blocks, too deep: it is left out");
      ++skipped_;
      return;
    }
    open_.push_back(std::move(statement));
  }

  void close(const config::Location& where) {
    if (skipped_ > 0) {
      --skipped_;
      return;
    }
    if (open_.size() == 1) return remarks_.todo(where, "'}' closes no block");
    Block block = std::move(open_.back());
    open_.pop_back();
    add(std::move(block));
  }

  Remarks& remarks_;
  std::vector<Block> open_{1};
  std::size_t skipped_ = 0;
};

}  // namespace

Block make_tree(const std::vector<KeepalivedLine>& lines, Remarks& remarks) {
  TreeMaker maker(remarks);
  for (const KeepalivedLine& line : lines) maker.read(line);
  return maker.finish();
}

}  // namespace wslb::ctl::migration
