// Reads one pattern of an ACL in the way its matching method wants it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/acl.h"

namespace wslb::config {

// Appends `words` to the test's patterns. Of numbers an operator (eq, ge, gt, le, lt) is for all
// that follow it.
[[nodiscard]] std::optional<base::Error> add_patterns(std::span<const std::string> words,
                                                      AclTest& test);

// One pattern in a line; blanks before it, empty lines and those that begin with `#` do not count.
[[nodiscard]] std::optional<base::Error> add_pattern_lines(std::string_view text, AclTest& test);

// Makes what add_pattern_lines() added fit for being looked up.
void sort_patterns(AclTest& test);

}  // namespace wslb::config
