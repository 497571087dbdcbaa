// What the grammar of `cluster` has but this version of wslb does not do yet, and that is harmless
// to leave undone: it draws a warning, so that a file can be written for versions to come. (Words
// of HAProxy that are missing: haproxy_words.h.)
#pragma once

#include <cstdint>

#include "config/diagnostic.h"

namespace wslb::config {

enum class Inert : std::uint8_t { TakeoverAfter };

void warn(Inert inert, const Location& where, Diagnostics& diagnostics);

}  // namespace wslb::config
