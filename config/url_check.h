// Reads an HTTP check as `proxy external` and `track check` have it: the URL
// `http://ADDRESS[:PORT][/PATH]` and its options `inter DURATION`, `fall NUMBER`, `rise NUMBER`.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/cluster.h"
#include "config/statement.h"

namespace wslb::config {

// What a URL says of a check; the rest has its defaults. The error begins with "expects".
[[nodiscard]] base::Result<UrlCheck> parse_check_url(std::string_view url);

// Puts the URL's parts into `check`. False after an error was reported.
[[nodiscard]] bool read_check_url(UrlCheck& check, std::string_view url,
                                  const Statement& statement);

// The option at `index` of the statement, with its value behind it. False after an error was
// reported; `others` are the options that the statement has besides, for the suggestion.
[[nodiscard]] bool read_check_option(UrlCheck& check, std::size_t index, const Statement& statement,
                                     std::vector<std::string_view> others = {});

}  // namespace wslb::config
