#include "proxy/http/balance_key.h"

#include <algorithm>
#include <cstddef>

#include "proxy/http/list.h"

namespace wslb::proxy::http {
namespace {

std::string_view key_of_target(const config::Balance& balance, std::string_view target) {
  if (balance.length > 0) target = target.substr(0, balance.length);
  if (!balance.whole) target = target.substr(0, target.find('?'));
  std::size_t end = 0;
  for (std::size_t slashes = 0; end < target.size(); ++end) {
    // The first slash begins the path; each further one ends a directory.
    if (target[end] == '/' && ++slashes > balance.depth && balance.depth > 0) break;
  }
  return target.substr(0, end);
}

std::optional<std::string_view> key_of_form(std::string_view rest, std::string_view name) {
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    if (pair.starts_with(name) && pair.size() > name.size() && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return std::nullopt;
}

std::optional<std::string_view> key_of_parameter(std::string_view target, std::string_view name) {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return std::nullopt;
  return key_of_form(target.substr(mark + 1), name);
}

// "www.example.com" -> "example": what stands between the last two dots.
std::string_view domain_of(std::string_view host) {
  const std::size_t last = host.rfind('.');
  if (last == std::string_view::npos || last == 0) return host;
  const std::string_view front = host.substr(0, last);
  const std::size_t before = front.rfind('.');
  return before == std::string_view::npos ? front : front.substr(before + 1);
}

std::optional<std::string_view> key_of_header(const config::Balance& balance,
                                              const RequestHead& head) {
  const auto value = head.fields.find(balance.name);
  if (!value) return std::nullopt;
  std::string_view first;
  for_each_element(*value, [&first](std::string_view element) {
    first = element;
    return false;
  });
  if (first.empty()) return std::nullopt;
  return balance.domain_only ? domain_of(first) : first;
}

}  // namespace

std::optional<std::string_view> balance_key(const config::Balance& balance,
                                            const RequestHead& head) {
  using Algorithm = config::Balance::Algorithm;
  switch (balance.algorithm) {
    case Algorithm::Uri:
      return key_of_target(balance, head.target);
    case Algorithm::UrlParam:
      return key_of_parameter(head.target, balance.name);
    case Algorithm::Header:
      return key_of_header(balance, head);
    case Algorithm::RoundRobin:
    case Algorithm::StaticRoundRobin:
    case Algorithm::LeastConn:
    case Algorithm::First:
    case Algorithm::Random:
    case Algorithm::Source:
    case Algorithm::RdpCookie:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::string_view> balance_key_of_form(const config::Balance& balance,
                                                    std::string_view form) {
  return key_of_form(form, balance.name);
}

}  // namespace wslb::proxy::http
