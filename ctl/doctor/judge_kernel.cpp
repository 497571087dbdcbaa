#include <algorithm>

#include "ctl/doctor/judge.h"

namespace wslb::ctl::doctor {
namespace {

using config::VrrpSection;

bool is_v6(const VrrpSection& section) {
  return !section.vips.empty() && !section.vips.front().address.is_v4();
}

// The stricter of the two counts.
void judge_rp_filter(const Facts& facts, const VrrpSection& section, Findings& findings) {
  const auto value =
      std::max(facts.sysctl("net/ipv4/conf/all/rp_filter").value_or(0),
               facts.sysctl("net/ipv4/conf/" + section.interface + "/rp_filter").value_or(0));
  const bool leaves_elsewhere = !facts.default_routes.empty() &&
                                std::ranges::count(facts.default_routes, section.interface) == 0;
  if (is_v6(section) || value != 1 || !(section.use_vmac || leaves_elsewhere)) return;
  findings.push_back({Severity::Warning, "rp-filter", section.interface,
                      "rp_filter is strict (1) on " + section.interface +
                          (section.use_vmac ? ", beneath the VIP's own interface"
                                            : ", while the default route leaves by " +
                                                  facts.default_routes.front()),
                      "packets of clients beyond the local network are dropped there without a "
                      "word",
                      "sysctl -w net.ipv4.conf.all.rp_filter=2 net.ipv4.conf." + section.interface +
                          ".rp_filter=2, and into /etc/sysctl.d/"});
}

void judge_ipv6(const Facts& facts, const VrrpSection& section, Findings& findings) {
  if (!is_v6(section)) return;
  const std::string folder = "net/ipv6/conf/" + section.interface + "/";
  if (facts.sysctl(folder + "disable_ipv6").value_or(0) != 0) {
    findings.push_back({Severity::Problem, "ipv6-disabled", section.interface,
                        "IPv6 is disabled on " + section.interface + ", where vrrp '" +
                            section.name + "' has IPv6 addresses",
                        "the section is in fault: this host cannot take them",
                        "sysctl -w net.ipv6.conf." + section.interface +
                            ".disable_ipv6=0, and into /etc/sysctl.d/"});
  }
  const bool forwards = facts.sysctl(folder + "forwarding").value_or(0) == 1;
  if (forwards && facts.sysctl(folder + "accept_ra").value_or(0) == 1) {
    findings.push_back({Severity::Warning, "ipv6-forwarding", section.interface,
                        "IPv6 forwarding is on, and accept_ra is 1, on " + section.interface,
                        "a host that forwards takes no router's advertisements then, and loses "
                        "its default route; wslb itself needs no forwarding",
                        "sysctl -w net.ipv6.conf." + section.interface +
                            ".accept_ra=2 (or forwarding=0), and into /etc/sysctl.d/"});
  }
}

// Our proxy binds addresses that are not there yet; others need the kernel's leave.
void judge_nonlocal_bind(const Facts& facts, Findings& findings) {
  if (!facts.config.cluster || !facts.config.cluster->external_proxy) return;
  const bool any_v6 = std::ranges::any_of(facts.config.vrrps, is_v6);
  const bool any_v4 = !std::ranges::all_of(facts.config.vrrps, is_v6);
  for (const auto& [family, used] : {std::pair("ipv4", any_v4), std::pair("ipv6", any_v6)}) {
    const auto value = facts.sysctl("net/" + std::string(family) + "/ip_nonlocal_bind");
    if (!used || value.value_or(1) != 0) continue;
    findings.push_back(
        {Severity::Warning, "nonlocal-bind", family,
         "ip_nonlocal_bind is 0 for " +
             std::string(family == std::string("ipv4") ? "IPv4" : "IPv6"),
         "an external proxy such as HAProxy cannot listen on the VIP while the "
         "other host has it, unless it binds to any address or with 'transparent'",
         "sysctl -w net." + std::string(family) + ".ip_nonlocal_bind=1, and into /etc/sysctl.d/"});
  }
}

void judge_connection_tracking(const Facts& facts, Findings& findings) {
  const auto max = facts.sysctl("net/netfilter/nf_conntrack_max");
  const auto count = facts.sysctl("net/netfilter/nf_conntrack_count");
  if (!max || !count || *max == 0) return;  // not loaded
  // Each client is a connection from him and one to a server.
  const std::int64_t needed = std::int64_t{2} * facts.config.global.maxconn;
  const bool nearly_full = *count * 10 > *max * 8;
  if (!nearly_full && *max >= needed) return;
  findings.push_back(
      {nearly_full ? Severity::Problem : Severity::Warning, "conntrack", "",
       nearly_full ? "connection tracking is nearly full: " + std::to_string(*count) + " of " +
                         std::to_string(*max)
                   : "connection tracking has room for " + std::to_string(*max) +
                         " connections, 'maxconn' needs " + std::to_string(needed),
       "when it is full the kernel drops new connections",
       "sysctl -w net.netfilter.nf_conntrack_max=" + std::to_string(std::max(needed, *max) * 2) +
           ", and into /etc/sysctl.d/; or 'notrack' rules for the proxy's ports"});
}

}  // namespace

void judge_kernel(const Facts& facts, Findings& findings) {
  std::vector<std::string> seen;
  for (const VrrpSection& section : facts.config.vrrps) {
    const std::string key = section.interface + (is_v6(section) ? "6" : "4");
    if (std::ranges::count(seen, key) > 0) continue;
    seen.push_back(key);
    judge_rp_filter(facts, section, findings);
    judge_ipv6(facts, section, findings);
  }
  judge_nonlocal_bind(facts, findings);
  judge_connection_tracking(facts, findings);
  if (facts.clock_synchronised == false) {
    findings.push_back({Severity::Warning, "clock", "", "the host's clock is not synchronised",
                        "no failover depends on it, but the events and logs of two hosts cannot be "
                        "laid side by side, and certificates may seem to be expired",
                        "apt install chrony; then: chronyc tracking"});
  }
}

}  // namespace wslb::ctl::doctor
