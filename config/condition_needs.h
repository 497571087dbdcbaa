// Whether a condition can be told where it stands, and which backends and servers it asks about.
#pragma once

#include <functional>
#include <string_view>

#include "config/diagnostic.h"
#include "config/draft.h"

namespace wslb::config {

using VisitSample = std::function<void(const Sample&)>;
void for_each_sample(const Condition& condition, const VisitSample& visit);

// The most that any of its samples needs.
[[nodiscard]] Needs needs(const Condition& condition);

// Reports every rule of the section whose condition asks for what is not known yet there, and takes
// out the HTTP rules of a section in TCP mode. After the conditions were resolved.
void check_rules(ProxyDraft& draft, Diagnostics& diagnostics);

}  // namespace wslb::config
