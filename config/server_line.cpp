#include "config/server_line.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "config/comma_list.h"
#include "config/haproxy_words.h"
#include "config/name.h"
#include "config/server_option.h"
#include "config/source_list.h"
#include "config/spelling.h"
#include "config/tls_options.h"
#include "config/unix_address.h"
#include "config/word_names.h"

namespace wslb::config {
namespace {

// HAProxy counts it in whole seconds.
Complaint set_slowstart(Server& server, const std::string& value) {
  const auto duration = parse_timer(value);
  if (!duration) return duration.error().message;
  server.slowstart = std::chrono::ceil<std::chrono::seconds>(*duration);
  return std::nullopt;
}

Complaint set_cookie(Server& server, const std::string& value) {
  server.cookie = value;
  return std::nullopt;
}

Complaint set_source(Server& server, const std::string& value) {
  const auto sources = parse_sources(value);
  if (!sources) return sources.error().message;
  server.sources = *sources;
  return std::nullopt;
}

Complaint set_proto(Server& /*server*/, const std::string& value) {
  if (value == "h1") return std::nullopt;
  return "'" + value + "' is not supported by this version of wslb; there is 'h1'";
}

// A name or an address, and a port: what clients are told, so nobody looks it up.
Complaint set_public_address(Server& server, const std::string& value) {
  const auto colon = value.rfind(':');
  const std::string host = value.substr(0, colon);
  const bool named = is_host_name(host) || base::IpAddress::parse(host) ||
                     (host.starts_with('[') && host.ends_with(']') &&
                      base::IpAddress::parse(host.substr(1, host.size() - 2)));
  const bool good =
      colon != std::string::npos && named && parse_integer(value.substr(colon + 1), 1, 65535);
  if (!good) return "expects HOST:PORT, not '" + value + "'";
  server.public_address = value;
  return std::nullopt;
}

constexpr std::int64_t kCountMax = std::numeric_limits<std::int32_t>::max();

constexpr auto kOptions = std::to_array<ServerOption>({
    {"weight", true,
     [](Server& s, const std::string& v) { return set_number(s.weight, v, 0, 256); }},
    {"maxconn", true,
     [](Server& s, const std::string& v) { return set_number(s.maxconn, v, 0, kCountMax); }},
    {"minconn", true,
     [](Server& s, const std::string& v) { return set_number(s.minconn, v, 0, kCountMax); }},
    {"maxqueue", true,
     [](Server& s, const std::string& v) { return set_number(s.maxqueue, v, 0, kCountMax); }},
    {"id", true, [](Server& s, const std::string& v) { return set_number(s.id, v, 1, kCountMax); }},
    {"slowstart", true, set_slowstart},
    {"cookie", true, set_cookie},
    {"source", true, set_source},
    {"proto", true, set_proto},
    {"public", true, set_public_address},
    {"tcp-ut", true,
     [](Server& s, const std::string& v) { return set_interval(s.tcp_user_timeout, v); }},
    {"send-proxy", false,
     [](Server& s, const std::string&) { return s.send_proxy = SendProxy::V1, Complaint(); }},
    {"send-proxy-v2", false,
     [](Server& s, const std::string&) { return s.send_proxy = SendProxy::V2, Complaint(); }},
    {"no-send-proxy", false,
     [](Server& s, const std::string&) { return s.send_proxy = SendProxy::None, Complaint(); }},
    {"no-send-proxy-v2", false,
     [](Server& s, const std::string&) { return s.send_proxy = SendProxy::None, Complaint(); }},
    {"backup", false, [](Server& s, const std::string&) { return s.backup = true, Complaint(); }},
    {"no-backup", false,
     [](Server& s, const std::string&) { return s.backup = false, Complaint(); }},
    {"disabled", false,
     [](Server& s, const std::string&) { return s.disabled = true, Complaint(); }},
    {"enabled", false,
     [](Server& s, const std::string&) { return s.disabled = false, Complaint(); }},
});

const ServerOption* find_option(std::string_view name) {
  const auto option = std::ranges::find(kOptions, name, &ServerOption::name);
  if (option != kOptions.end()) return &*option;
  for (const auto& others : {server_check_options(), server_name_options()}) {
    const auto found = std::ranges::find(others, name, &ServerOption::name);
    if (found != others.end()) return &*found;
  }
  return nullptr;
}

constexpr auto kPools = std::to_array<std::string_view>(
    {"pool-low-conn", "pool-max-conn", "pool-purge-delay", "max-reuse"});

void report_unknown_option(const Statement& statement, const std::string& word) {
  const Words known = haproxy_server_words();
  if (std::ranges::count(known, word) > 0) return statement.refuse(word);
  WordNames names = server_option_names();
  names.insert(names.end(), known.begin(), known.end());
  statement.error("knows no '" + word + "'" + did_you_mean(word, names));
}

// All errors of the line are reported, but what follows an unknown word cannot be told apart from
// its value.
void read_options(const Statement& statement, std::size_t first, Server& server) {
  bool good = true;
  for (std::size_t i = first; i < statement.size(); ++i) {
    if (std::ranges::count(kPools, statement[i]) > 0) {
      statement.warning("'" + statement[i] +
                        "' has no effect: a connection to a server serves one client alone");
      ++i;
      continue;
    }
    if (read_tls_option(statement, i, server.tls, find_server_tls_option, good)) continue;
    const ServerOption* option = find_option(statement[i]);
    if (option == nullptr) return report_unknown_option(statement, statement[i]);
    const std::string name = "'" + std::string(option->name) + "' ";
    if (option->has_value && i + 1 >= statement.size()) {
      return statement.error(name + "lacks its value");
    }
    const std::string& value = option->has_value ? statement[++i] : statement[i];
    if (const auto complaint = option->apply(server, value)) statement.error(name + *complaint);
  }
}

Complaint set_address(Server& server, const std::string& text) {
  if (text.starts_with('_')) {  // of SRV records, which say the port
    server.host = text.substr(0, text.find(':'));
    server.resolution.is_service = true;
    return std::nullopt;
  }
  if (const auto path = parse_unix_address(text)) {
    server.unix_path = path->path;
    server.abstract = path->abstract;
    return path->complaint;
  }
  const std::string usage = "expects ADDRESS:PORT, not '" + text + "'";
  const auto colon = text.rfind(':');
  if (colon != std::string::npos && text.find_first_of("+-", colon) != std::string::npos) {
    return usage + "; a port that follows the client's is not supported by this version of wslb";
  }
  const std::string name = text.substr(0, colon);
  const bool named = is_host_name(name);
  // Only the port is of interest beside a name.
  const auto address = parse_host_port(named ? "127.0.0.1" + text.substr(name.size()) : text);
  if (!address) return address.error().message;
  if (named) server.host = name;
  if (!address->host || address->host->is_unspecified()) return usage;
  if (!address->port) {
    return usage + "; taking the port from the client is not supported by this version of wslb";
  }
  server.address = {named ? base::IpAddress() : *address->host, *address->port};
  return std::nullopt;
}

}  // namespace

WordNames server_option_names() {
  WordNames names = server_tls_option_names();
  for (const ServerOption& option : kOptions) names.push_back(option.name);
  for (const auto& others : {server_check_options(), server_name_options()}) {
    for (const ServerOption& option : others) names.push_back(option.name);
  }
  names.insert(names.end(), kPools.begin(), kPools.end());
  return names;
}

Server parse_server(const Statement& statement, const Server& default_server) {
  Server server = default_server;
  server.name = statement[0];
  server.where = statement.where();
  if (const auto error = name_error(server.name)) {
    statement.error("name '" + server.name + "' " + *error);
  }
  if (const auto complaint = set_address(server, statement[1])) statement.error(*complaint);
  read_options(statement, 2, server);
  return server;
}

void parse_default_server(const Statement& statement, Server& default_server) {
  read_options(statement, 0, default_server);
}

}  // namespace wslb::config
