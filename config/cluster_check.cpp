// The `cluster` section as a whole.
#include <string>

#include "config/check.h"

namespace wslb::config {

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
}

}  // namespace wslb::config
