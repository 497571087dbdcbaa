// The status page: one document without anything from elsewhere, that works without JavaScript (it
// then loads itself anew) and is live with it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/control.pb.h"

namespace wslb::view {

struct PageModel {
  proto::Status status;
  std::vector<proto::Event> events;  // in their order
  std::int64_t now_unix_ms = 0;
};

[[nodiscard]] std::string page_html(const PageModel& model);
// What changes of it: its script puts that in place every other second.
[[nodiscard]] std::string page_content(const PageModel& model);

// The page's own style and script, for a Content-Security-Policy that allows these and no others.
[[nodiscard]] std::string_view page_style();
[[nodiscard]] std::string_view page_script();

}  // namespace wslb::view
