// The `cluster` section as a whole.
#include <string>

#include "config/check.h"

namespace wslb::config {
namespace {

// The vault holds the sockets of wslb-proxy, which hands them over; nobody else does.
void check_vault(const ClusterDraft& draft, Diagnostics& diagnostics) {
  const Cluster& cluster = draft.cluster;
  const auto vault = draft.places.find("vault");
  if (vault != draft.places.end() && cluster.vault && cluster.external_proxy) {
    diagnostics.error(vault->second,
                      "'vault on' cannot keep the connections of a 'proxy external', which does "
                      "not hand them over; remove one of the two lines");
  }
  const auto patience = draft.places.find("takeover-after");
  if (patience == draft.places.end() || cluster.takeover_after == cluster.patience()) return;
  diagnostics.warning(patience->second,
                      "'takeover-after' counts as 0 with " +
                          std::string(cluster.vault ? "'proxy external'" : "'vault off'") +
                          ": a dead proxy moves the VIP at once, since its "
                          "connections are lost");
}

// They may be at different addresses, but not on every host.
void check_status_bind(const ClusterDraft& draft, Diagnostics& diagnostics) {
  const Cluster& cluster = draft.cluster;
  const auto place = draft.places.find("status-bind");
  if (place == draft.places.end() || !cluster.status_bind) return;
  const bool beside = cluster.status_bind->where == StatusBind::Where::AtAddress &&
                      cluster.node_at(cluster.status_bind->address) == nullptr;
  if (cluster.status_bind->port != cluster.peer_port || beside) return;
  diagnostics.error(place->second, "'status-bind' has the port of 'peer-port', " +
                                       std::to_string(cluster.peer_port) +
                                       ", at the same address; use another one");
}

}  // namespace

void check_cluster(const Draft& draft, Diagnostics& diagnostics) {
  if (!draft.cluster) return;
  const Cluster& cluster = draft.cluster->cluster;
  if (cluster.nodes.empty()) {
    diagnostics.error(cluster.where, "cluster '" + cluster.name + "' lacks a 'node NAME ADDRESS'");
  }
  if (!draft.cluster->secret_given) {
    diagnostics.error(
        cluster.where,
        "cluster '" + cluster.name + "' lacks 'secret-file FILE'; to run without: 'secret none'");
  }
  const auto command = draft.cluster->places.find("proxy-command");
  if (command != draft.cluster->places.end() && cluster.external_proxy) {
    diagnostics.error(
        command->second,
        "'proxy-command' cannot start a 'proxy external', which its own service starts; "
        "remove one of the two lines");
  }
  check_vault(*draft.cluster, diagnostics);
  check_status_bind(*draft.cluster, diagnostics);
}

}  // namespace wslb::config
