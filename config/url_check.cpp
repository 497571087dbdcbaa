#include "config/url_check.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "config/address_kind.h"
#include "config/spelling.h"
#include "config/value.h"

namespace wslb::config {
namespace {

base::Error not_this(std::string_view url, std::string_view why) {
  return base::Error{"expects a URL such as http://127.0.0.1:80/up, not '" + std::string(url) +
                     "': " + std::string(why)};
}

// `ADDRESS`, `ADDRESS:PORT`, `[V6]`, `[V6]:PORT`: the host, and what follows it.
struct Authority {
  std::string_view host;
  std::string_view port;  // with its colon
  bool in_brackets = false;
};

Authority split(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return {text, {}, true};
    return {text.substr(1, end - 1), text.substr(end + 1), true};
  }
  const auto colon = std::min(text.find(':'), text.size());
  return {text.substr(0, colon), text.substr(colon)};
}

base::Result<base::IpAddress> read_host(const Authority& authority, std::string_view url) {
  const auto address = parse_host(authority.host);
  if (!address) {
    return base::Error{address.error().message + ", in the URL '" + std::string(url) + "'"};
  }
  if (address->is_v4() == authority.in_brackets) {
    return not_this(url, "brackets are for an IPv6 address");
  }
  const AddressKind kind = kind_of(*address);
  if (kind == AddressKind::LinkLocal) {
    return not_this(url, "a link-local address does not say on which interface");
  }
  if (!may_be_a_hosts(*address)) return not_this(url, "one cannot connect to this address");
  return *address;
}

}  // namespace

base::Result<UrlCheck> parse_check_url(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (url.starts_with("https://")) return not_this(url, "https is not supported");
  if (!url.starts_with(kScheme)) return not_this(url, "it must begin with http://");
  if (!std::ranges::all_of(url, [](char c) { return c > ' ' && c < 127; })) {
    return base::Error{"expects a URL of printable ASCII characters without blanks"};
  }
  if (url.find('#') != std::string_view::npos) return not_this(url, "a fragment is never sent");

  const std::string_view rest = url.substr(kScheme.size());
  const auto end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority_text = rest.substr(0, end);
  if (authority_text.empty()) return not_this(url, "it lacks the address");
  const Authority authority = split(authority_text);
  if (!authority.in_brackets && std::ranges::count(authority_text, ':') > 1) {
    return not_this(url, "an IPv6 address needs brackets");
  }
  const auto address = read_host(authority, url);
  if (!address) return address.error();

  UrlCheck check;
  check.url = url;
  check.address = *address;
  check.host = authority_text;
  check.target = rest.substr(end);
  if (!check.target.starts_with('/')) check.target.insert(0, "/");
  if (authority.port.empty()) return check;
  const auto port = parse_integer(authority.port.substr(1), 1, 65535);
  if (!port || !authority.port.starts_with(':')) {
    return not_this(url, "the port is a number from 1 to 65535");
  }
  check.port = static_cast<std::uint16_t>(*port);
  return check;
}

bool read_check_url(UrlCheck& check, std::string_view url, const Statement& statement) {
  auto read = statement.accept(parse_check_url(url));
  if (!read) return false;
  read->inter = check.inter;
  read->fall = check.fall;
  read->rise = check.rise;
  check = std::move(*read);
  return true;
}

bool read_check_option(UrlCheck& check, std::size_t index, const Statement& statement,
                       std::vector<std::string_view> others) {
  const std::string& word = statement[index];
  if (word == "inter") {
    const auto inter = statement.accept(parse_timer(statement[index + 1]));
    if (!inter) return false;
    check.inter = *inter;
    if (*inter > base::Duration(0)) return true;
    statement.error("expects an 'inter' longer than 0");
    return false;
  }
  if (word == "fall" || word == "rise") {
    const auto count = parse_integer(statement[index + 1], 1, std::numeric_limits<int>::max());
    if (!count) {
      statement.error("'" + word + "' " + count.error().message);
      return false;
    }
    (word == "fall" ? check.fall : check.rise) = static_cast<int>(*count);
    return true;
  }
  others.insert(others.end(), {"inter", "fall", "rise"});
  statement.error("knows no '" + word + "'" + did_you_mean(word, others));
  return false;
}

}  // namespace wslb::config
