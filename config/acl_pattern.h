// Reads one pattern of an ACL in the way its matching method wants it.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "config/acl.h"

namespace wslb::config {

// Appends `words` to the test's patterns. Of numbers an operator (eq, ge, gt, le, lt) is for all
// that follow it.
[[nodiscard]] std::optional<base::Error> add_patterns(std::span<const std::string> words,
                                                      AclTest& test);

}  // namespace wslb::config
