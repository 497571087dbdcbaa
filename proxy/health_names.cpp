// The part of HealthMonitor that applies what DNS found.
#include "proxy/health_monitor.h"

namespace wslb::proxy {

void HealthMonitor::address_found(ServerPool& pool, std::size_t server,
                                  const base::Endpoint& address, const std::string& host,
                                  const std::string& by) {
  Watched& watched = find(pool, server);
  const base::IpAddress before = pool.address(server).address;
  pool.set_address(server, address);
  const auto shift = pool.set_unresolved(server, false);
  if (before != address.address) log_address(watched, before, address.address, by);
  if (!shift) return;
  follow_admin(watched);
  if (!watched.in_maintenance()) log_resolved(watched, host);  // else an operator wants it so
}

void HealthMonitor::address_lost(ServerPool& pool, std::size_t server, const std::string& reason) {
  Watched& watched = find(pool, server);
  pool.set_host(server, "");
  const bool maintained = watched.in_maintenance();
  const auto shift = pool.set_unresolved(server, true);
  if (!shift) return;
  follow_admin(watched);
  if (!maintained) log_lost(watched, *shift, reason);
}

void HealthMonitor::host_found(ServerPool& pool, std::size_t server, const std::string& host) {
  pool.set_host(server, host);
  log_host(find(pool, server), host);
}

}  // namespace wslb::proxy
