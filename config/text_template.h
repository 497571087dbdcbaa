// The value that a rule writes: text with samples in it, "%[src],%[hdr(host)]". `%%` is a per cent
// sign. The variables of log lines (%ci) are not for rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/sample.h"

namespace wslb::config {

struct TextTemplate {
  struct Part {
    std::string text;  // before the sample
    std::optional<Sample> sample;
  };
  std::vector<Part> parts;
};

[[nodiscard]] base::Result<TextTemplate> parse_template(std::string_view text);
// The text as it stands.
[[nodiscard]] TextTemplate literal_template(std::string_view text);

}  // namespace wslb::config
