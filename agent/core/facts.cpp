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

Fitness judge_source(const config::VrrpSection& section, const base::IpAddress& own,
                     const Facts& facts) {
  const base::Family family = section.vips.front().address.family();
  const auto source = source_address(*facts.find_link(section.interface), family);
  if (source && peers_accept(section, own, *source)) return {};
  if (source) {
    return fault("interface " + section.interface + " does not have this node's address " +
                 own.to_string() + ", which unicast peers expect");
  }
  return fault(
      "interface " + section.interface +
      (family == base::Family::V4 ? " has no IPv4 address" : " has no link-local address") +
      " to advertise from");
}

Fitness judge_proxy(const Facts& facts) {
  if (facts.proxy.up) return {};
  if (!facts.proxy.ever_up) return waiting("waiting for the proxy to come up");
  return fault("the proxy is down" + (facts.proxy_reason.empty() ? "" : ": " + facts.proxy_reason));
}

}  // namespace

const LinkChanged* Facts::find_link(std::string_view interface) const {
  const auto found = links.find(interface);
  return found == links.end() ? nullptr : &found->second;
}

Fitness judge(const config::VrrpSection& section, const base::IpAddress& own, const Facts& facts) {
  Fitness verdict = judge_link(section.interface, facts);
  if (verdict.verdict == Fitness::Verdict::Fit) verdict = judge_source(section, own, facts);
  for (const std::string& tracked : section.track_interfaces) {
    if (verdict.verdict != Fitness::Verdict::Fit) return verdict;
    verdict = judge_link(tracked, facts);
    if (!verdict.reason.empty()) verdict.reason = "tracked: " + verdict.reason;
  }
  if (verdict.verdict == Fitness::Verdict::Fit) verdict = judge_proxy(facts);
  return verdict;
}

std::optional<base::IpAddress> source_address(const LinkChanged& link, base::Family family) {
  return family == base::Family::V4 ? link.primary_v4 : link.link_local_v6;
}

bool peers_accept(const config::VrrpSection& section, const base::IpAddress& own,
                  const base::IpAddress& source) {
  const bool by_address = section.transport == config::Transport::Unicast &&
                          source.family() == base::Family::V4 && own.family() == base::Family::V4;
  return !by_address || source == own;
}

}  // namespace wslb::agent::core
