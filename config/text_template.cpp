#include "config/text_template.h"

#include <utility>

namespace wslb::config {

base::Result<TextTemplate> parse_template(std::string_view text) {
  TextTemplate result;
  std::string before;
  while (!text.empty()) {
    if (text.starts_with("%[")) {
      text.remove_prefix(2);
      auto sample = parse_sample(text, &text);
      if (!sample) return sample.error();
      if (!text.starts_with(']')) return base::Error{"lacks the ']' of '%[" + sample->text + "'"};
      text.remove_prefix(1);
      result.parts.push_back({std::exchange(before, {}), std::move(*sample)});
    } else if (text.starts_with("%%")) {
      before += '%';
      text.remove_prefix(2);
    } else if (text.starts_with('%')) {
      return base::Error{"has '" + std::string(text.substr(0, 4)) +
                         "', which a rule does not know; use '%[SAMPLE]', or '%%' for a per cent "
                         "sign"};
    } else {
      before += text.front();
      text.remove_prefix(1);
    }
  }
  if (!before.empty()) result.parts.push_back({std::move(before), std::nullopt});
  return result;
}

TextTemplate literal_template(std::string_view text) {
  TextTemplate result;
  result.parts.push_back({std::string(text), std::nullopt});
  return result;
}

}  // namespace wslb::config
