#include "config/bind_line.h"

#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "config/bind_options.h"
#include "config/comma_list.h"

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
  Bind options;
  if (!read_bind_options(statement, options)) return {};
  for (Bind& bind : binds) {
    options.endpoint = bind.endpoint;
    options.inherited_fd = bind.inherited_fd;
    options.where = bind.where;
    bind = options;
  }
  return binds;
}

}  // namespace wslb::config
