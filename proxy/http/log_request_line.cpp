#include "proxy/http/log_request_line.h"

#include <algorithm>

namespace wslb::proxy::http {

namespace {

std::string_view take_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(word.size() + 1, line.size()));
  return word;
}

// Of "/path" or "http://host/path", without the query.
std::string_view path_of(std::string_view uri) {
  const auto scheme = uri.find("://");
  if (uri.starts_with('/') || scheme == std::string_view::npos) return uri;
  const auto slash = uri.find('/', scheme + 3);
  return slash == std::string_view::npos ? std::string_view{} : uri.substr(slash);
}

}  // namespace

std::optional<std::string_view> request_part(std::string_view line, config::LogVariable variable) {
  std::string_view rest = line;
  const std::string_view method = take_word(rest);
  const std::string_view uri = take_word(rest);
  const auto query = std::min(uri.find('?'), uri.size());
  using config::LogVariable;
  if (variable == LogVariable::RequestLine) return line;
  if (variable == LogVariable::Method) return method;
  if (variable == LogVariable::Uri) return uri;
  if (variable == LogVariable::UriWithoutQuery) return uri.substr(0, query);
  if (variable == LogVariable::Path) return path_of(uri.substr(0, query));
  if (variable == LogVariable::Query) return uri.substr(query);
  if (variable == LogVariable::Version) return rest;
  return std::nullopt;
}

}  // namespace wslb::proxy::http
