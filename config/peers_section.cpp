// The `peers` section.
#include "config/peers_section.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "config/dispatch.h"
#include "config/haproxy_words.h"
#include "config/section.h"
#include "config/stick_line.h"

namespace wslb::config {
namespace {

std::optional<base::Endpoint> read_address(const std::string& text, const Statement& statement) {
  const auto address = statement.accept(parse_host_port(text));
  if (!address) return std::nullopt;
  if (address->port) {
    return base::Endpoint{address->host.value_or(base::IpAddress()), *address->port};
  }
  statement.error("expects ADDRESS:PORT, not '" + text + "'");
  return std::nullopt;
}

void peer(PeersSection& section, const Statement& statement) {
  Peer read{statement[0], std::nullopt, statement.where()};
  if (std::ranges::count(section.peers, read.name, &Peer::name) > 0) {
    return statement.error("'" + read.name + "' was given before");
  }
  if (statement.size() > 2) return statement.refuse(statement[2]);
  if (statement.size() > 1) {
    read.address = read_address(statement[1], statement);
    if (!read.address) return;
  } else if (statement.keyword() == "peer") {
    return statement.error("lacks an argument; expects: peer NAME ADDRESS:PORT");
  }
  section.peers.push_back(std::move(read));
}

void bind(PeersSection& section, const Statement& statement) {
  if (statement.size() > 1) return statement.refuse(statement[1]);
  section.bind = read_address(statement[0], statement);
}

void table(PeersSection& section, const Statement& statement) {
  auto read = parse_stick_table(statement.arguments().subspan(1), true, statement);
  if (!read) return;
  read->name = section.name + "/" + statement[0];
  read->peers = section.name;
  section.tables.push_back(std::move(*read));
}

void disabled(PeersSection& section, const Statement& /*statement*/) {
  section.disabled = true;
}

void enabled(PeersSection& section, const Statement& /*statement*/) {
  section.disabled = false;
}

constexpr auto kPeersKeywords = std::to_array<Keyword<PeersSection>>({
    {"peer", "peer NAME ADDRESS:PORT", 1, kAnyNumber, peer},
    {"server", "server NAME [ADDRESS:PORT]", 1, kAnyNumber, peer},
    {"bind", "bind ADDRESS:PORT", 1, kAnyNumber, bind},
    {"table", "table NAME type TYPE size SIZE [OPTION...]", 2, kAnyNumber, table},
    {.name = "disabled", .usage = "disabled", .apply = disabled},
    {.name = "enabled", .usage = "enabled", .apply = enabled},
});

}  // namespace

Keywords<PeersSection> peers_keywords() {
  return kPeersKeywords;
}

void read_peers_line(const Line& line, PeersSection& section, Diagnostics& diagnostics) {
  dispatch<PeersSection>(line, kPeersKeywords, {"peers", haproxy_peers_keywords(), {}}, section,
                         diagnostics);
}

}  // namespace wslb::config
