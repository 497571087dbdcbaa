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
    out.set_in_step(peer.in_step);
    if (peer.standing) *out.mutable_standing() = *peer.standing;
    if (peer.config_differs) out.add_alarms("its configuration differs from this host's");
    if (peer.repaired > 0) {
      out.add_alarms(std::to_string(peer.repaired) +
                     " sticky entries differed from this host's and were repaired");
    }
  }
  for (const proto::Status::Table& table : figures.tables) *report.add_tables() = table;
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

proto::PeerStanding report_standing(const proto::Status& status) {
  proto::PeerStanding standing;
  standing.set_version(status.version());
  standing.set_drained(status.drained());
  standing.set_proxy(status.proxy().state());
  standing.set_tunnels(status.proxy().tunnels());
  for (const proto::Status::Vrrp& section : status.vrrp()) {
    proto::PeerStanding::Section& out = *standing.add_sections();
    out.set_name(section.name());
    out.set_state(section.state());
    out.set_priority(section.priority());
    out.set_reason(section.reason());
    for (const std::string& alarm : section.alarms()) {
      standing.add_alarms(section.name() + ": " + alarm);
    }
  }
  return standing;
}

proto::Event report_event(const LoggedEvent& event) {
  proto::Event out;
  out.set_seq(event.seq);
  out.set_unix_ms(duration_cast<milliseconds>(event.at.time_since_epoch()).count());
  out.set_kind(event.kind);
  out.set_subject(event.subject);
  out.set_text(event.text);
  if (event.change) {
    out.set_state(std::string(core::to_string(event.change->to)));
    out.set_from(std::string(core::to_string(event.change->from)));
    out.set_priority(event.change->priority);
  }
  return out;
}

proto::Status report_status(const core::Status& status, const ShellFigures& figures) {
  proto::Status report;
  report.set_node(status.node);
  report.set_cluster(figures.cluster);
  report.set_version(figures.version);
  report.set_drained(status.drained);
  report.set_events(figures.events);
  report.set_drained_since(figures.drained_since);
  report.set_started_unix_ms(
      duration_cast<milliseconds>(figures.started.time_since_epoch()).count());
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
