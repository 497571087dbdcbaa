// The `resolvers` section.
#include "config/resolvers_section.h"

#include <algorithm>
#include <array>
#include <limits>
#include <sstream>
#include <string>
#include <utility>

#include "config/dispatch.h"
#include "config/section.h"

namespace wslb::config {
namespace {

constexpr std::uint16_t kDnsPort = 53;
constexpr std::int64_t kPayloadMin = 512;  // RFC 6891, section 6.2.3
constexpr std::int64_t kPayloadMax = 65535;

void nameserver(ResolversDraft& draft, const Statement& statement) {
  NameServer server;
  server.name = statement[0];
  server.where = statement.where();
  if (std::ranges::count(draft.section.servers, server.name, &NameServer::name) > 0) {
    return statement.error("'" + server.name + "' was given before");
  }
  if (statement.size() > 2) return statement.refuse(statement[2]);
  std::string text = statement[1];
  server.tcp = text.starts_with("tcp@");
  if (server.tcp || text.starts_with("udp@")) text.erase(0, 4);
  const auto address = statement.accept(parse_host_port(text));
  if (!address) return;
  if (!address->host) return statement.error("expects ADDRESS[:PORT], not '" + text + "'");
  server.address = {*address->host, address->port.value_or(kDnsPort)};
  draft.section.servers.push_back(std::move(server));
}

// Those of the system, as if each stood here; named by their address, as HAProxy does.
void parse_resolv_conf(ResolversDraft& draft, const Statement& statement) {
  constexpr auto kFile = "/etc/resolv.conf";
  draft.asks_system = true;
  if (!draft.read_file) return;
  const auto text = draft.read_file(kFile);
  if (!text) return statement.error(text.error().message);
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    std::string address;
    if (!(words >> word >> address) || word != "nameserver") continue;
    const auto parsed = base::IpAddress::parse(address);
    const bool known = std::ranges::count(draft.section.servers, address, &NameServer::name) > 0;
    if (!parsed || known) continue;
    draft.section.servers.push_back({address, {*parsed, kDnsPort}, false, statement.where()});
  }
}

void hold(ResolversDraft& draft, const Statement& statement) {
  const auto period = statement.duration(1);
  if (!period) return;
  Hold& hold = draft.section.hold;
  const std::string& status = statement[0];
  if (status == "nx") {
    hold.nx = *period;
  } else if (status == "refused") {
    hold.refused = *period;
  } else if (status == "timeout") {
    hold.timeout = *period;
  } else if (status == "other") {
    hold.other = *period;
  } else if (status == "obsolete") {
    hold.obsolete = *period;
  } else if (status != "valid") {  // of `do-resolve` alone
    statement.error("knows no '" + status +
                    "', only 'nx', 'refused', 'timeout', 'other', 'obsolete' and 'valid'");
  }
}

void timeout(ResolversDraft& draft, const Statement& statement) {
  const auto period = statement.duration(1);
  if (!period) return;
  if (*period == base::Duration(0)) return statement.error("expects a duration longer than 0");
  if (statement[0] == "resolve") {
    draft.section.interval = *period;
  } else if (statement[0] == "retry") {
    draft.section.retry_timeout = *period;
  } else {
    statement.error("knows no '" + statement[0] + "', only 'resolve' and 'retry'");
  }
}

void resolve_retries(ResolversDraft& draft, const Statement& statement) {
  const auto count = statement.integer(0, 1, std::numeric_limits<std::int32_t>::max());
  if (count) draft.section.retries = static_cast<int>(*count);
}

void accepted_payload_size(ResolversDraft& draft, const Statement& statement) {
  const auto size = statement.integer(0, kPayloadMin, kPayloadMax);
  if (size) draft.section.payload = static_cast<std::uint16_t>(*size);
}

constexpr auto kResolversKeywords = std::to_array<Keyword<ResolversDraft>>({
    {"nameserver", "nameserver NAME [udp@|tcp@]ADDRESS[:PORT]", 2, kAnyNumber, nameserver},
    {.name = "parse-resolv-conf", .usage = "parse-resolv-conf", .apply = parse_resolv_conf},
    {"timeout", "timeout resolve|retry TIME", 2, 2, timeout},
    {"resolve_retries", "resolve_retries N", 1, 1, resolve_retries},
    {"hold", "hold nx|refused|timeout|other|obsolete|valid TIME", 2, 2, hold},
    {"accepted_payload_size", "accepted_payload_size BYTES", 1, 1, accepted_payload_size},
});

}  // namespace

Keywords<ResolversDraft> resolvers_keywords() {
  return kResolversKeywords;
}

void read_resolvers_line(const Line& line, ResolversDraft& draft, Diagnostics& diagnostics) {
  dispatch<ResolversDraft>(line, kResolversKeywords, {.name = "resolvers"}, draft, diagnostics);
}

}  // namespace wslb::config
