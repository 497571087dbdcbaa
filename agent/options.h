// The command line of wslb-agent.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace wslb::agent {

struct Options {
  std::vector<std::string> files;     // -f; at least one
  bool check_only = false;            // -c
  std::string node;                   // -n; empty: the hostname
  std::string run_dir = "/run/wslb";  // --run-dir
  std::string log_level = "info";     // --log-level: debug, info, warning, error
  bool show_version = false;          // -v
  bool show_help = false;             // -h
};

[[nodiscard]] std::string usage();
[[nodiscard]] base::Result<Options> parse_options(int argc, char** argv);

}  // namespace wslb::agent
