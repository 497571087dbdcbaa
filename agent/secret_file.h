// The cluster's secret file, as `secret-file` names it. Used by the wiring in main and by -c.
#pragma once

#include <string_view>

#include "base/result.h"
#include "config/cluster.h"
#include "vrrp/auth_trailer.h"

namespace wslb::agent {

// Empty where the cluster has none. A credential of systemd that has the file's name counts instead
// of it (LoadCredential=cluster.key:/etc/wslb/cluster.key). A file that everybody may read is
// refused. The keys are derived for `purpose`.
[[nodiscard]] base::Result<vrrp::Keyring> read_secret(
    const config::Cluster& cluster, std::string_view purpose = vrrp::advert_purpose);

}  // namespace wslb::agent
