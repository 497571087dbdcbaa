#include "agent/web_request.h"

#include <algorithm>

namespace wslb::agent {
namespace {

using Verdict = WebRequest::Verdict;

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::size_t kMethodBytesMax = 16;

bool is_method(std::string_view text) {
  return !text.empty() && text.size() <= kMethodBytesMax &&
         std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_target(std::string_view text) {
  return text.starts_with('/') &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127; });
}

// METHOD SP TARGET SP HTTP/1.x, and nothing else.
WebRequest read_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return {Verdict::Malformed};
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, second - first - 1);
  const std::string_view version = line.substr(second + 1);
  if (!is_method(method) || (version != "HTTP/1.1" && version != "HTTP/1.0")) {
    return {Verdict::Malformed};
  }
  if (method != "GET" && method != "HEAD") return {Verdict::BadMethod};
  if (!is_target(target)) return {Verdict::Malformed};
  const std::string_view path = target.substr(0, target.find('?'));
  if (path.size() > kWebPathBytesMax) return {Verdict::TooLong};
  return {Verdict::Good, std::string(path), method == "HEAD"};
}

}  // namespace

WebRequest read_web_request(std::string_view bytes) {
  const auto line_end = bytes.find(kLineEnd);
  if (line_end == std::string_view::npos) {
    return {bytes.size() < kWebHeadBytesMax ? Verdict::Incomplete : Verdict::TooLong};
  }
  // What is no request need not be waited for.
  WebRequest request = read_line(bytes.substr(0, line_end));
  if (request.verdict != Verdict::Good) return request;
  const auto head_end = bytes.find(kHeadEnd);
  const bool whole = head_end != std::string_view::npos;
  if (whole && head_end + kHeadEnd.size() <= kWebHeadBytesMax) return request;
  const bool may_become = !whole && bytes.size() < kWebHeadBytesMax;
  return {may_become ? Verdict::Incomplete : Verdict::TooLong};
}

}  // namespace wslb::agent
