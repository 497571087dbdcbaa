// What is at `status-bind`: which path shows what, and the answers as bytes. Pure but for its
// clock, which the state brings.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/web_request.h"
#include "view/page.h"

namespace wslb::agent {

// Whether the answer needs the agent's state; else web_answer() does without.
[[nodiscard]] bool needs_state(const WebRequest& request);

// The whole response. `state`: null where it was not needed, or could not be had.
[[nodiscard]] std::string web_answer(const WebRequest& request, const view::PageModel* state);

}  // namespace wslb::agent
