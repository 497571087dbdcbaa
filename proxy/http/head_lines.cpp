#include "proxy/http/head_lines.h"

#include <algorithm>

#include "proxy/http/characters.h"

namespace wslb::proxy::http {

std::optional<std::string_view> HeadLines::next(std::string_view buffer) {
  const std::string_view head = buffer.substr(0, limits_.head_bytes);
  const std::size_t end = head.find('\n', scanned_);
  if (end == std::string_view::npos) {
    scanned_ = head.size();
    return std::nullopt;
  }
  std::string_view line = head.substr(position_, end - position_);
  // RFC 9112, section 2.2: a bare LF may end a line. A CR elsewhere in it is no legal character.
  if (line.ends_with('\r')) line.remove_suffix(1);
  position_ = end + 1;
  scanned_ = position_;
  return line;
}

Rejection HeadLines::add_field(std::string_view line, std::string_view buffer) {
  if (fields_.size() >= limits_.fields) return {431, "too many header fields"};
  const auto name_end = std::ranges::find_if_not(line, [](char c) { return is(kTokenChar, c); });
  const auto colon = static_cast<std::size_t>(name_end - line.begin());
  if (colon == line.size()) return {400, "field line without a colon"};
  if (line[colon] != ':') {
    // RFC 9112, sections 5.1 and 5.2.
    const bool blank = line[colon] == ' ' || line[colon] == '\t';
    if (blank && colon == 0) return {400, "folded field line"};
    if (blank) return {400, "white space before the colon of a field"};
    return {400, "illegal character in a field name"};
  }
  if (colon == 0) return {400, "empty field name"};  // CVE-2023-25725
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (!is_value(value)) return {400, "control character in a field value"};
  if (fields_.empty()) fields_.reserve(16);
  fields_.push_back({span_of(line.substr(0, colon), buffer), span_of(value, buffer)});
  return {};
}

void HeadLines::take_fields(Fields& fields, std::string_view head) const {
  fields.reserve(fields_.size() + 4);
  for (const FieldSpans& field : fields_) {
    fields.add_kept({field.name.of(head), field.value.of(head)});
  }
}

void HeadLines::reset() {
  position_ = 0;
  scanned_ = 0;
  fields_.clear();
}

}  // namespace wslb::proxy::http
