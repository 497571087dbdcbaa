// The conditions of `.if` and of `wslb-proxy -cc`: `version_atleast(2.6) && !feature(QUIC)`, as
// HAProxy 2.6 has them, so that configurations and test suites that ask for its version and
// features get an answer. wslb answers as the HAProxy whose language it speaks.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "config/config.h"

namespace wslb::config {

inline constexpr std::string_view kHaproxyVersion = "2.6.12";

// What `feature(NAME)` knows, as HAProxy names it.
[[nodiscard]] std::span<const std::string_view> haproxy_features();

// `!`, `&&`, `||`, parentheses, integers (0 and nothing: false), `defined(NAME)`,
// `feature(NAME)`, `streq(A,B)`, `strneq(A,B)`, `version_atleast(V)`, `version_before(V)`.
// At most 64 parentheses and negations deep.
[[nodiscard]] base::Result<bool> evaluate_predicate(std::string_view text,
                                                    const Environment& environment);

}  // namespace wslb::config
