// The `cluster` section.
#include <array>
#include <string>
#include <utility>

#include "config/address_kind.h"
#include "config/dispatch.h"
#include "config/name.h"
#include "config/once.h"
#include "config/section.h"
#include "config/url_check.h"
#include "config/value.h"

namespace wslb::config {
namespace {

void node(ClusterDraft& draft, const Statement& statement) {
  const std::string& name = statement[0];
  if (const auto error = name_error(name)) return statement.error("name '" + name + "' " + *error);
  if (const Node* before = draft.cluster.find_node(name)) {
    return statement.error("'" + name + "' was given before, in line " +
                           std::to_string(before->where.line));
  }
  Node read{name, {}, statement.where()};
  for (std::size_t i = 1; i < statement.size(); ++i) {
    const auto address = base::IpAddress::parse(statement[i]);
    if (!address || !may_be_a_hosts(*address)) {
      return statement.error("expects the IP address of the host, not '" + statement[i] + "'");
    }
    if (const Node* owner = draft.cluster.node_at(*address)) {
      return statement.error("'" + name + "' has the address of '" + owner->name + "'");
    }
    if (i == 1) {
      read.address = *address;
    } else if (address->family() == read.address.family()) {
      return statement.error("'" + name + "' has two addresses of one family; the second is for " +
                             (address->is_v4() ? "IPv6" : "IPv4"));
    } else {
      read.other_address = *address;
    }
  }
  draft.cluster.nodes.push_back(std::move(read));
}

bool is_first_secret(ClusterDraft& draft, const Statement& statement) {
  if (draft.secret_given) statement.error("is the second secret; expects one line");
  return !std::exchange(draft.secret_given, true);
}

void secret_file(ClusterDraft& draft, const Statement& statement) {
  if (!is_first_secret(draft, statement)) return;
  draft.cluster.secret_file = statement[0];
}

void secret(ClusterDraft& draft, const Statement& statement) {
  if (!is_first_secret(draft, statement)) return;
  if (!statement.is(0, "none")) {
    statement.error("expects 'none'; a secret is read from the file of 'secret-file FILE'");
  }
}

void peer_port(ClusterDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  if (const auto port = statement.integer(0, 1, 65535)) {
    draft.cluster.peer_port = static_cast<std::uint16_t>(*port);
  }
}

bool read_external_option(ExternalProxy& proxy, std::size_t index, const Statement& statement) {
  const std::string& value = statement[index + 1];
  if (statement.is(index, "check")) return read_check_url(proxy.check, value, statement);
  if (!statement.is(index, "pidfile")) {
    return read_check_option(proxy.check, index, statement, {"pidfile", "check"});
  }
  proxy.pidfile = value;
  if (value.starts_with('/')) return true;
  statement.error("expects the absolute path of a 'pidfile', not '" + value + "'");
  return false;
}

void proxy(ClusterDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  const std::string usage =
      "expects: proxy wslb, or: proxy external pidfile FILE check URL "
      "[inter DURATION] [fall NUMBER] [rise NUMBER]";
  if (statement.is(0, "wslb") && statement.size() == 1) return;
  if (!statement.is(0, "external") || statement.size() % 2 == 0) return statement.error(usage);
  ExternalProxy external;
  for (std::size_t i = 1; i + 1 < statement.size(); i += 2) {
    if (!read_external_option(external, i, statement)) return;
  }
  if (external.pidfile.empty() || external.check.url.empty()) return statement.error(usage);
  draft.cluster.external_proxy = std::move(external);
}

void proxy_command(ClusterDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  draft.cluster.proxy_command.assign(statement.arguments().begin(), statement.arguments().end());
}

void takeover_after(ClusterDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  // Beyond a minute the clients have long given up on the VIP.
  constexpr base::Duration kMax = std::chrono::minutes(1);
  const auto duration = statement.duration(0);
  if (!duration) return;
  if (*duration > kMax) return statement.error("expects 0 to 60s, not '" + statement[0] + "'");
  draft.cluster.takeover_after = *duration;
}

void vault(ClusterDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  draft.cluster.vault = !statement.is(0, "off");
  if (draft.cluster.vault && !statement.is(0, "on")) {
    statement.error("expects 'on' or 'off', not '" + statement[0] + "'");
  }
}

// `node:PORT` because the file is the same on every host, and each has another address.
void status_bind(ClusterDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  constexpr std::string_view kAtNode = "node:";
  const std::string usage =
      "expects ADDRESS:PORT, *:PORT or node:PORT (this node's own address), not '" + statement[0] +
      "'";
  std::string text = statement[0];
  StatusBind bind;
  if (text.starts_with(kAtNode)) {
    bind.where = StatusBind::Where::AtNode;
    text.replace(0, kAtNode.size(), "*:");
  }
  const auto read = parse_host_port(text);
  if (!read || !read->port || *read->port == 0) return statement.error(usage);
  bind.port = *read->port;
  if (read->host && bind.where != StatusBind::Where::AtNode && !read->host->is_unspecified()) {
    bind.where = StatusBind::Where::AtAddress;
    bind.address = *read->host;
  }
  draft.cluster.status_bind = bind;
}

constexpr auto kClusterKeywords = std::to_array<Keyword<ClusterDraft>>({
    {"node", "node NAME ADDRESS [ADDRESS]", 2, 3, node},
    {"secret-file", "secret-file FILE", 1, 1, secret_file},
    {"secret", "secret none", 1, 1, secret},
    {"peer-port", "peer-port PORT", 1, 1, peer_port},
    {"proxy", "proxy wslb|external ...", 1, kAnyNumber, proxy},
    {"proxy-command", "proxy-command PROGRAM [ARGUMENT...]", 1, kAnyNumber, proxy_command},
    {"status-bind", "status-bind ADDRESS:PORT", 1, 1, status_bind},
    {"takeover-after", "takeover-after DURATION", 1, 1, takeover_after},
    {"vault", "vault on|off", 1, 1, vault},
});

}  // namespace

Keywords<ClusterDraft> cluster_keywords() {
  return kClusterKeywords;
}

void read_cluster_line(const Line& line, ClusterDraft& draft, Diagnostics& diagnostics) {
  dispatch<ClusterDraft>(line, kClusterKeywords, {.name = "cluster"}, draft, diagnostics);
}

}  // namespace wslb::config
