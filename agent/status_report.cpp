#include "agent/status_report.h"

namespace wslb::agent {
namespace {

using namespace std::chrono;

std::int64_t to_unix_ms(base::TimePoint at, const ShellFigures& figures) {
  const auto wall = figures.wall_now - duration_cast<system_clock::duration>(figures.now - at);
  return duration_cast<milliseconds>(wall.time_since_epoch()).count();
}

void report_section(const core::SectionStatus& section, const ShellFigures& figures,
                    proto::Status::Vrrp& out) {
  out.set_name(section.name);
  out.set_vrid(section.vrid);
  out.set_family(section.family == base::Family::V4 ? "ipv4" : "ipv6");
  out.set_state(std::string(core::to_string(section.state)));
  out.set_priority(section.priority);
  out.set_active_node(section.active_node);
  for (const config::Vip& vip : section.vips) {
    out.add_vips(vip.address.to_string() + "/" + std::to_string(vip.prefix));
  }
  out.set_since_unix_ms(to_unix_ms(section.since, figures));
  out.set_reason(section.reason);
  out.set_interface(section.interface);
  for (const std::string& alarm : section.alarms) out.add_alarms(alarm);
}

std::string proxy_state(const core::ProxyStatus& proxy, bool starting) {
  if (proxy.awaited) return "starting";
  if (proxy.up) return "up";
  return starting ? "starting" : "down";
}

void add_counter(std::string name, std::uint64_t value, proto::Status& report) {
  auto& counter = *report.add_counters();
  counter.set_name(std::move(name));
  counter.set_value(value);
}

void report_sticky(const StickyService::Figures& figures, proto::Status& report) {
  for (const StickyService::PeerFigures& peer : figures.peers) {
    proto::Status::Peer& out = *report.add_peers();
    out.set_kind(peer.kind);
    out.set_node(peer.node);
    out.set_address(peer.address);
    out.set_state(peer.state);
    out.set_lag_ms(peer.lag_ms);
    out.set_reason(peer.reason);
    out.set_behind(peer.behind);
    out.set_version(peer.version);
    if (peer.config_differs) out.add_alarms("its configuration differs from this host's");
    if (peer.repaired > 0) {
      out.add_alarms(std::to_string(peer.repaired) +
                     " sticky entries differed from this host's and were repaired");
    }
  }
  add_counter("sticky/entries", figures.entries, report);
  add_counter("sticky/refused-entries", figures.refused_entries, report);
  add_counter("peer-link/strangers", figures.strangers, report);
}

void report_vault(const Vault::Figures& vault, proto::Status& report) {
  report.mutable_proxy()->set_kept(vault.slots);
  add_counter("vault/listeners", vault.listeners, report);
  add_counter("vault/refused", vault.refused, report);
  add_counter("vault/no-room", vault.no_room, report);
}

}  // namespace

proto::Status report_status(const core::Status& status, const ShellFigures& figures) {
  proto::Status report;
  report.set_node(status.node);
  report.set_cluster(figures.cluster);
  report.set_version(figures.version);
  for (const core::SectionStatus& section : status.sections) {
    report_section(section, figures, *report.add_vrrp());
    for (const core::Counter& counter : section.counters) {
      add_counter(section.name + "/" + std::string(counter.name), counter.value, report);
    }
  }
  proto::Status::Proxy& proxy = *report.mutable_proxy();
  proxy.set_kind(figures.proxy_kind);
  proxy.set_state(proxy_state(status.proxy, figures.proxy_starting));
  proxy.set_pid(status.proxy.pid);
  if (!status.proxy.up) proxy.set_reason(figures.proxy_reason);
  proxy.set_tunnels(figures.tunnels);
  proxy.set_restarts(status.proxy.restarts);
  add_counter("proxy-link/garbage", figures.link_garbage, report);
  add_counter("proxy-link/refused", figures.link_refused, report);
  if (figures.vault) report_vault(*figures.vault, report);
  report_sticky(figures.sticky, report);
  return report;
}

}  // namespace wslb::agent
