// Reads what an ACL tests: `FETCH[(ARGUMENT)] [-i] [-m METHOD] [--] PATTERN...`, as it follows
// `acl NAME` or stands between braces.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "config/acl.h"
#include "config/read_file.h"
#include "config/statement.h"

namespace wslb::config {

// Reports its errors through the statement whose line it is.
[[nodiscard]] std::optional<AclTest> parse_acl_test(std::span<const std::string> words,
                                                    const Statement& statement,
                                                    const ReadFile& read_file = {});

}  // namespace wslb::config
