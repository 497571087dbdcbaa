#include "proxy/http/response.h"

#include <utility>

#include "proxy/http/characters.h"

namespace wslb::proxy::http {

std::string serialise(const ResponseHead& head) {
  std::string out;
  std::size_t size = head.reason.size() + 20;
  for (const Field& field : head.fields.all()) size += field.name.size() + field.value.size() + 4;
  out.reserve(size);
  out.append("HTTP/1.1 ").append(std::to_string(head.status)).append(" ");
  out.append(head.reason).append("\r\n");
  head.fields.serialise(out);
  return out;
}

ParseStatus ResponseParser::parse(std::string_view buffer) {
  while (const auto line = lines_.next(buffer)) {
    const bool first = head_.status == 0;
    if (!first && line->empty()) return finish(buffer);
    const Rejection rejection = first ? parse_status_line(*line) : lines_.add_field(*line, buffer);
    if (rejection) return bad(rejection.reason);
    if (first && line->size() > 13) reason_ = HeadLines::span_of(line->substr(13), buffer);
  }
  return lines_.exhausted(buffer) ? bad("response head too large") : ParseStatus::NeedMore;
}

ResponseHead ResponseParser::take_head() {
  ResponseHead head = std::move(head_);
  reset();
  return head;
}

void ResponseParser::reset() {
  lines_.reset();
  rejection_ = {};
  head_ = {};
  reason_ = {};
}

ParseStatus ResponseParser::bad(std::string_view reason) {
  rejection_ = {502, reason};
  return ParseStatus::Bad;
}

// RFC 9112, section 4: "HTTP/1.x NNN reason", thirteen characters before the reason.
Rejection ResponseParser::parse_status_line(std::string_view line) {
  const std::string_view version = line.substr(0, 8);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return {502, "malformed HTTP version"};
  if (line.size() < 12 || line[8] != ' ' || !all(kDigit, line.substr(9, 3))) {
    return {502, "malformed status code"};
  }
  if (line.size() > 12 && line[12] != ' ') return {502, "malformed status code"};
  const int status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  if (status < 100 || status > 599) return {502, "status code out of range"};
  if (!is_value(line.substr(12))) return {502, "control character in the reason"};
  head_.version = version == "HTTP/1.0" ? Version::Http10 : Version::Http11;
  head_.status = status;
  return {};
}

ParseStatus ResponseParser::finish(std::string_view buffer) {
  const std::string_view head = head_.fields.keep(std::string(buffer.substr(0, lines_.position())));
  head_.reason = reason_.of(head);
  lines_.take_fields(head_.fields, head);
  return ParseStatus::Complete;
}

}  // namespace wslb::proxy::http
