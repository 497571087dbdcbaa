// Loads a configuration given as text, for tests.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "config/config.h"

namespace wslb::config {

inline LoadResult load_text(std::string text, const Environment& environment = {}) {
  return load({{"t.cfg", std::move(text)}}, environment);
}

inline std::string diagnostics_of(const LoadResult& result) {
  std::string text;
  for (const Diagnostic& diagnostic : result.diagnostics.all())
    text += diagnostic.to_string() + "\n";
  return text;
}

// The configuration of a text that has neither errors nor warnings.
inline Config clean(std::string text, const Environment& environment = {}) {
  auto result = load_text(std::move(text), environment);
  EXPECT_EQ(diagnostics_of(result), "");
  return result.config;
}

// A proxy needs these to load without a warning.
inline constexpr std::string_view kDefaults =
    "defaults\n  mode http\n  timeout client 30s\n  timeout connect 3s\n  timeout server 30s\n"
    "  timeout tunnel 1h\n";

inline Config clean_proxies(const std::string& text) {
  return clean(std::string(kDefaults) + text);
}

}  // namespace wslb::config
