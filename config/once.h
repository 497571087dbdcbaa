// For keywords that a section may have once: remembers where each was given.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "config/statement.h"

namespace wslb::config {

using Places = std::map<std::string, Location, std::less<>>;

// False where the keyword was there before; that has been reported then.
[[nodiscard]] inline bool is_first(Places& places, const Statement& statement) {
  const auto [place, first] = places.emplace(statement.keyword(), statement.where());
  if (!first) {
    const Location& before = place->second;
    statement.error("was given before, at " + before.file + ":" + std::to_string(before.line));
  }
  return first;
}

}  // namespace wslb::config
