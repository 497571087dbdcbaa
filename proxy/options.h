// The command line of wslb-proxy: HAProxy's flags, as far as this version has their meaning.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace wslb::proxy {

struct Options {
  std::vector<std::string> files;        // -f, in order
  bool compat_1x = false;                // --compat-1.x: words of HAProxy 1.x are read as well
  bool check_only = false;               // -c
  bool foreground = false;               // -db, -d: overrides `daemon`
  bool debug = false;                    // -d
  bool daemon = false;                   // -D
  bool version = false;                  // -v
  bool features = false;                 // -vv
  std::optional<std::string> condition;  // -cc: to be evaluated; nothing is served
  std::string pidfile;                   // -p
  std::string agent_socket;              // --agent: no agent where empty
};

// An error is a whole line for the operator; the caller exits with 1.
[[nodiscard]] base::Result<Options> parse_options(const std::vector<std::string>& arguments);

[[nodiscard]] std::string usage();

}  // namespace wslb::proxy
