#include "config/bind_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/haproxy_words.h"
#include "config/spelling.h"
#include "config/tls_options.h"
#include "config/word_names.h"

namespace wslb::config {
namespace {

// Nothing where the value was right; else a fragment that begins with "expects".
using BindComplaint = std::optional<std::string>;

struct BindOption {
  std::string_view name;
  bool has_value;
  BindComplaint (*apply)(Bind&, const std::string& value);
};

BindComplaint set_maxconn(Bind& bind, const std::string& value) {
  const auto number = parse_integer(value, 0, std::numeric_limits<std::int32_t>::max());
  if (!number) return number.error().message;
  // 0 is HAProxy's way to say that the line has no limit of its own.
  bind.maxconn.reset();
  if (*number > 0) bind.maxconn = static_cast<std::uint32_t>(*number);
  return std::nullopt;
}

BindComplaint set_backlog(Bind& bind, const std::string& value) {
  const auto number = parse_integer(value, 0, std::numeric_limits<std::int32_t>::max());
  if (!number) return number.error().message;
  bind.backlog = static_cast<std::uint32_t>(*number);
  return std::nullopt;
}

// Octal, as chmod takes it.
BindComplaint set_mode(Bind& bind, const std::string& value) {
  std::uint32_t mode = 0;
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, mode, 8);
  if (error != std::errc() || stop != end || mode > 07777) {
    return "expects an octal mode such as 660, not '" + value + "'";
  }
  bind.unix_mode = mode;
  return std::nullopt;
}

BindComplaint set_tcp_user_timeout(Bind& bind, const std::string& value) {
  const auto timeout = parse_timer(value);
  if (!timeout) return timeout.error().message;
  bind.tcp_user_timeout = *timeout;
  return std::nullopt;
}

BindComplaint set_proto(Bind& /*bind*/, const std::string& value) {
  if (value == "h1") return std::nullopt;
  return "'" + value + "' is not supported by this version of wslb; there is 'h1'";
}

constexpr auto kBindLineOptions = std::to_array<BindOption>({
    {"maxconn", true, set_maxconn},
    {"backlog", true, set_backlog},
    {"interface", true,
     [](Bind& b, const std::string& v) { return b.interface = v, BindComplaint(); }},
    {"mode", true, set_mode},
    {"user", true, [](Bind& b, const std::string& v) { return b.unix_user = v, BindComplaint(); }},
    {"uid", true, [](Bind& b, const std::string& v) { return b.unix_user = v, BindComplaint(); }},
    {"group", true,
     [](Bind& b, const std::string& v) { return b.unix_group = v, BindComplaint(); }},
    {"gid", true, [](Bind& b, const std::string& v) { return b.unix_group = v, BindComplaint(); }},
    {"v6only", false, [](Bind& b, const std::string&) { return b.v6only = true, BindComplaint(); }},
    {"v4v6", false, [](Bind& b, const std::string&) { return b.v6only = false, BindComplaint(); }},
    {"tcp-ut", true, set_tcp_user_timeout},
    {"defer-accept", false,
     [](Bind& b, const std::string&) { return b.defer_accept = true, BindComplaint(); }},
    {"proto", true, set_proto},
    {"nice", true, [](Bind&, const std::string&) { return BindComplaint(); }},
    {"accept-proxy", false,
     [](Bind& b, const std::string&) { return b.accept_proxy = true, BindComplaint(); }},
    {"name", true, [](Bind& b, const std::string& v) { return b.name = v, BindComplaint(); }},
});

void report_unknown_bind_option(const Statement& statement, const std::string& word) {
  const Words known = haproxy_bind_words();
  if (std::ranges::count(known, word) > 0) return statement.refuse(word);
  WordNames names = bind_option_names();
  names.insert(names.end(), known.begin(), known.end());
  statement.error("knows no '" + word + "'" + did_you_mean(word, names));
}

}  // namespace

WordNames bind_option_names() {
  WordNames names = bind_tls_option_names();
  for (const BindOption& option : kBindLineOptions) names.push_back(option.name);
  return names;
}

bool read_bind_options(const Statement& statement, Bind& bind) {
  bool good = true;
  for (std::size_t i = 1; i < statement.size(); ++i) {
    if (read_tls_option(statement, i, bind.tls, find_bind_tls_option, good)) continue;
    const auto option = std::ranges::find(kBindLineOptions, statement[i], &BindOption::name);
    if (option == kBindLineOptions.end()) {
      report_unknown_bind_option(statement, statement[i]);
      return false;
    }
    const std::string name = "'" + std::string(option->name) + "' ";
    if (option->has_value && i + 1 >= statement.size()) {
      statement.error(name + "lacks its value");
      return false;
    }
    if (option->name == "nice") statement.warning("'nice' has no meaning in wslb");
    const std::string& value = option->has_value ? statement[++i] : statement[i];
    if (const auto complaint = option->apply(bind, value)) {
      statement.error(name + *complaint);
      good = false;
    }
  }
  return good;
}

}  // namespace wslb::config
