#include "proxy/http/counted_size.h"

#include <algorithm>

#include "proxy/http/characters.h"
#include "proxy/http/list.h"

namespace wslb::proxy::http {

namespace {

constexpr std::uint64_t kMessageBytes = 21;
constexpr std::uint64_t kVersionBytes = 8;  // "HTTP/1.1"

std::uint64_t field_size(std::string_view name, std::string_view value) {
  if (!equal_ignoring_case(name, "connection")) return name.size() + value.size();
  std::uint64_t size = 0;
  for_each_element(value, [&size](std::string_view token) {
    const bool counts =
        !equal_ignoring_case(token, "close") && !equal_ignoring_case(token, "keep-alive");
    if (counts) size += token.size() + (size > 0 ? 2 : 0);
    return true;
  });
  return size > 0 ? name.size() + size : 0;
}

std::uint64_t fields_size(const Fields& fields) {
  std::uint64_t size = kMessageBytes;
  for (const Field& field : fields.all()) size += field_size(field.name, field.value);
  return size;
}

}  // namespace

std::uint64_t counted_size(const RequestHead& head) {
  const auto blanks = static_cast<std::uint64_t>(std::ranges::count(head.request_line, ' '));
  return fields_size(head.fields) + head.request_line.size() - blanks;
}

std::uint64_t counted_size(const ResponseHead& head) {
  return fields_size(head.fields) + kVersionBytes + 3 + head.reason.size();
}

std::uint64_t counted_size(std::string_view response) {
  const auto end = response.find("\r\n\r\n");
  if (end == std::string_view::npos) return response.size();
  std::string_view head = response.substr(0, end + 2);
  const auto first = head.find("\r\n");
  std::uint64_t size = kMessageBytes + first - 2 + (response.size() - end - 4);
  for (head.remove_prefix(first + 2); !head.empty();) {
    const auto line = head.substr(0, head.find("\r\n"));
    const auto colon = std::min(line.find(':'), line.size());
    const auto value = std::min(line.find_first_not_of(": ", colon), line.size());
    size += field_size(line.substr(0, colon), line.substr(value));
    head.remove_prefix(line.size() + 2);
  }
  return size;
}

}  // namespace wslb::proxy::http
