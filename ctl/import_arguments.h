// The words behind `wslbctl import`.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace wslb::ctl {

struct ImportCommand {
  // What is named: a node and its file, or its address.
  using Named = std::pair<std::string, std::string>;

  std::vector<Named> nodes;
  std::vector<Named> addresses;
  std::string keepalived;  // one file for all; empty: `nodes` has them
  std::string haproxy;
  std::string output;  // empty: standard output
};

[[nodiscard]] base::Result<ImportCommand> parse_import(std::span<const char* const> words);

}  // namespace wslb::ctl
