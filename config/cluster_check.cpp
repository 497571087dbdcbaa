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
  diagnostics.warning(patience->second, "'takeover-after' counts as 0 with " +
                                            std::string(cluster.vault ? "'proxy external'"
                                                                      : "'vault off'") +
                                            ": a dead proxy moves the VIP at once, since its "
                                            "connections are lost");
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
}

}  // namespace wslb::config
