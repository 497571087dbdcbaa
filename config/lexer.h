// Cuts a configuration file into lines of words by HAProxy's rules: `#` begins a comment, a
// backslash escapes, single quotes protect all, double quotes protect all but `\` and `$`.
// "$NAME", "${NAME}", "${NAME-default}" and, as words of their own, "${NAME[*]}" stand for
// environment variables inside double quotes alone. Never reads the environment itself.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "config/diagnostic.h"

namespace wslb::config {

struct Line {
  Location where;
  std::vector<std::string> words;  // at least one, none of them empty
};

// Lines that cannot be cut are reported and left out; so are empty ones, silently.
[[nodiscard]] std::vector<Line> lex(const Source& source, const Environment& environment,
                                    Diagnostics& diagnostics);

}  // namespace wslb::config
