#include "config/bind_line.h"

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "config/bind_options.h"
#include "config/comma_list.h"
#include "config/unix_address.h"

namespace wslb::config {
namespace {

using BindPlaces = std::vector<Bind>;  // with where they listen, and no options yet

bool is_port_range(std::string_view text) {
  const auto colon = text.rfind(':');
  return colon != std::string_view::npos && text.find('-', colon) != std::string_view::npos;
}

// `ADDRESS:FIRST-LAST`: a place for each port.
void parse_range(std::string_view text, const Statement& statement, BindPlaces& places) {
  const auto dash = text.rfind('-');
  const auto from = statement.accept(parse_host_port(text.substr(0, dash)));
  if (!from) return;
  const auto last = parse_integer(text.substr(dash + 1), 1, 65535);
  if (!from->port || !last || *last < *from->port) {
    return statement.error("expects a range of ports such as ':8000-8010', not '" +
                           std::string(text) + "'");
  }
  for (std::int64_t port = *from->port; port <= *last; ++port) {
    Bind& place = places.emplace_back();
    place.endpoint = {from->host.value_or(base::IpAddress()), static_cast<std::uint16_t>(port)};
  }
}

void parse_address(std::string_view text, const Statement& statement, BindPlaces& places) {
  if (text.starts_with("fd@")) {
    const auto fd = parse_integer(text.substr(3), 0, std::numeric_limits<int>::max());
    if (!fd) return statement.error("'" + std::string(text) + "' " + fd.error().message);
    places.emplace_back().inherited_fd = static_cast<int>(*fd);
    return;
  }
  if (const auto path = parse_unix_address(text)) {
    if (path->complaint) return statement.error(*path->complaint);
    places.emplace_back().unix_path = path->path;
    places.back().abstract = path->abstract;
    return;
  }
  if (is_port_range(text)) return parse_range(text, statement, places);
  const auto address = statement.accept(parse_host_port(text));
  if (!address) return;
  if (!address->port) {
    return statement.error("lacks a port in '" + std::string(text) + "'; expects ADDRESS:PORT");
  }
  places.emplace_back().endpoint = {address->host.value_or(base::IpAddress()), *address->port};
}

}  // namespace

std::vector<Bind> parse_bind(const Statement& statement) {
  BindPlaces places;
  for (const std::string_view text : split_at_commas(statement[0])) {
    if (text.empty()) {
      statement.error("has an empty address in '" + statement[0] + "'");
    } else {
      parse_address(text, statement, places);
    }
  }
  Bind options;
  if (!read_bind_options(statement, options)) return {};
  std::vector<Bind> binds(places.size(), options);
  for (std::size_t i = 0; i < places.size(); ++i) {
    binds[i].endpoint = places[i].endpoint;
    binds[i].inherited_fd = places[i].inherited_fd;
    binds[i].unix_path = places[i].unix_path;
    binds[i].abstract = places[i].abstract;
    binds[i].where = statement.where();
  }
  return binds;
}

}  // namespace wslb::config
