#include "config/bind_line.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "config/comma_list.h"
#include "config/haproxy_words.h"
#include "config/spelling.h"

namespace wslb::config {
namespace {

bool is_port_range(std::string_view text) {
  const auto colon = text.rfind(':');
  return colon != std::string_view::npos && text.find('-', colon) != std::string_view::npos;
}

std::optional<Bind> parse_address(std::string_view text, const Statement& statement) {
  Bind bind;
  bind.where = statement.where();
  if (text.starts_with("fd@")) {
    const auto fd = parse_integer(text.substr(3), 0, std::numeric_limits<int>::max());
    if (!fd) {
      statement.error("'" + std::string(text) + "' " + fd.error().message);
      return std::nullopt;
    }
    bind.inherited_fd = static_cast<int>(*fd);
    return bind;
  }
  if (is_port_range(text)) {
    statement.error("a range of ports such as '" + std::string(text) +
                    "' is not supported by this version of wslb");
    return std::nullopt;
  }
  const auto address = statement.accept(parse_host_port(text));
  if (!address) return std::nullopt;
  if (!address->port) {
    statement.error("lacks a port in '" + std::string(text) + "'; expects ADDRESS:PORT");
    return std::nullopt;
  }
  bind.endpoint = {address->host.value_or(base::IpAddress()), *address->port};
  return bind;
}

// What follows the addresses; false after an error.
bool read_options(const Statement& statement, std::optional<std::uint32_t>& maxconn) {
  for (std::size_t i = 1; i < statement.size(); ++i) {
    const std::string& word = statement[i];
    if (word == "maxconn") {
      const auto value = parse_integer(statement[++i], 0, std::numeric_limits<std::int32_t>::max());
      if (!value) {
        statement.error("'maxconn' " + value.error().message);
        return false;
      }
      // 0 is HAProxy's way to say that the line has no limit of its own.
      if (*value > 0) maxconn = static_cast<std::uint32_t>(*value);
      continue;
    }
    const Words known = haproxy_bind_words();
    if (std::ranges::count(known, word) > 0) {
      statement.refuse(word);
    } else {
      std::vector<std::string_view> names{"maxconn"};
      names.insert(names.end(), known.begin(), known.end());
      statement.error("knows no '" + word + "'" + did_you_mean(word, names));
    }
    return false;
  }
  return true;
}

}  // namespace

std::vector<Bind> parse_bind(const Statement& statement) {
  std::vector<Bind> binds;
  for (const std::string_view text : split_at_commas(statement[0])) {
    if (text.empty()) {
      statement.error("has an empty address in '" + statement[0] + "'");
    } else if (auto bind = parse_address(text, statement)) {
      binds.push_back(std::move(*bind));
    }
  }
  std::optional<std::uint32_t> maxconn;
  if (!read_options(statement, maxconn)) return {};
  for (Bind& bind : binds) bind.maxconn = maxconn;
  return binds;
}

}  // namespace wslb::config
