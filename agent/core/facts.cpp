#include "agent/core/facts.h"

namespace wslb::agent::core {

namespace {

Fitness fault(std::string reason) {
  return {Fitness::Verdict::Fault, std::move(reason)};
}
Fitness waiting(std::string reason) {
  return {Fitness::Verdict::Waiting, std::move(reason)};
}

Fitness judge_link(const std::string& interface, const Facts& facts) {
  const LinkChanged* link = facts.find_link(interface);
  if (link == nullptr) return waiting("waiting for the kernel's word on interface " + interface);
  if (!link->exists) return fault("interface " + interface + " does not exist");
  if (!link->up) return fault("interface " + interface + " is down");
  return {};
}

Fitness judge_source(const config::VrrpSection& section, const base::IpAddress* own,
                     const Facts& facts) {
  const base::Family family = section.vips.front().address.family();
  const auto source = source_address(section, *facts.find_link(section.interface));
  if (source && peers_accept(section, own, *source)) return {};
  if (section.transport == config::Transport::Unicast && own != nullptr) {
    return fault("interface " + section.interface + " does not have this node's address " +
                 own->to_string() + ", which unicast peers expect");
  }
  return fault(
      "interface " + section.interface +
      (family == base::Family::V4 ? " has no IPv4 address" : " has no link-local address") +
      " to advertise from");
}

// Something that has not been told yet is waited for.
Fitness judge_track(const std::string& what, const Facts& facts) {
  const auto found = facts.tracks.find(what);
  if (found == facts.tracks.end() && facts.presumed_until) return {};
  if (found == facts.tracks.end()) return waiting("waiting for the first result of " + what);
  if (found->second.up) return {};
  return fault("tracked: " + found->second.reason);
}

Fitness judge_tracks(const config::VrrpSection& section, const Facts& facts) {
  Fitness worst;
  const auto consider = [&](Fitness other) {
    if (other.verdict > worst.verdict) worst = std::move(other);
  };
  for (const std::string& file : section.track_files) consider(judge_track("file " + file, facts));
  for (const config::UrlCheck& check : section.track_checks) {
    consider(judge_track("check " + check.url, facts));
  }
  return worst;
}

Fitness judge_proxy(const Facts& facts) {
  if (facts.proxy.up || (facts.presumed_until && !facts.proxy_told)) return {};
  if (!facts.proxy.ever_up) return waiting("waiting for the proxy to come up");
  return fault("the proxy is down" + (facts.proxy_reason.empty() ? "" : ": " + facts.proxy_reason));
}

}  // namespace

const LinkChanged* Facts::find_link(std::string_view interface) const {
  const auto found = links.find(interface);
  return found == links.end() ? nullptr : &found->second;
}

void Facts::presume(std::int32_t pid, base::TimePoint until) {
  if (!proxy_told) proxy.pid = pid;
  presumed_until = until;
}

void Facts::expire(base::TimePoint now) {
  if (presumed_until && now >= *presumed_until) end_presumption();
}

void Facts::end_presumption() {
  presumed_until.reset();
  if (!proxy_told) proxy.pid = 0;
}

Fitness judge(const config::VrrpSection& section, const base::IpAddress* own, const Facts& facts) {
  Fitness verdict = judge_link(section.interface, facts);
  if (verdict.verdict == Fitness::Verdict::Fit) verdict = judge_source(section, own, facts);
  for (const std::string& tracked : section.track_interfaces) {
    if (verdict.verdict != Fitness::Verdict::Fit) return verdict;
    verdict = judge_link(tracked, facts);
    if (!verdict.reason.empty()) verdict.reason = "tracked: " + verdict.reason;
  }
  if (verdict.verdict == Fitness::Verdict::Fit) verdict = judge_tracks(section, facts);
  if (verdict.verdict == Fitness::Verdict::Fit) verdict = judge_proxy(facts);
  return verdict;
}

std::optional<base::IpAddress> source_address(const config::VrrpSection& section,
                                              const LinkChanged& link) {
  if (section.vips.front().address.is_v4()) return link.primary_v4;
  return section.transport == config::Transport::Unicast ? link.own_v6 : link.link_local_v6;
}

bool peers_accept(const config::VrrpSection& section, const base::IpAddress* own,
                  const base::IpAddress& source) {
  return section.transport == config::Transport::Multicast || (own != nullptr && source == *own);
}

}  // namespace wslb::agent::core
