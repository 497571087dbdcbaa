// `.if CONDITION`, `.elif`, `.else` and `.endif`: which lines of a file count; and `.notice`,
// `.warning` and `.alert`, which say something when they are reached. Between the lexer and the
// Loader, one for each file.
#pragma once

#include <vector>

#include "config/lexer.h"

namespace wslb::config {

class ConditionalBlocks {
 public:
  ConditionalBlocks(const Environment& environment, Diagnostics& diagnostics)
      : environment_(environment), diagnostics_(diagnostics) {}

  // Whether the line is for the Loader: no directive, and in no block that is left out.
  [[nodiscard]] bool passes(const Line& line);

  // Reports blocks without an end.
  void end_of_file();

 private:
  struct Block {
    Location where;
    bool taken = false;  // one of its branches has been read, or none may be
    bool reads = false;  // the present branch counts
    bool else_seen = false;
  };

  void directive(const Line& line);
  void open(const Line& line);
  void branch(const Line& line);
  [[nodiscard]] bool holds(const Line& line);
  [[nodiscard]] bool reading() const;

  const Environment& environment_;
  Diagnostics& diagnostics_;
  std::vector<Block> blocks_;  // the outermost first
};

}  // namespace wslb::config
