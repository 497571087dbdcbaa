#include <algorithm>

#include "ctl/doctor/judge.h"

namespace wslb::ctl::doctor {
namespace {

constexpr std::uint64_t kFilesBeside = 1000;  // logs, checks, listeners and the like

// Whether a VIP is on an interface though nobody renews it.
void judge_left_vips(const Facts& facts, Findings& findings) {
  for (const config::VrrpSection& section : facts.config.vrrps) {
    const std::string& name = section.interface;
    const auto link = facts.links.find(name);
    if (link == facts.links.end()) continue;
    for (const config::Vip& vip : section.vips) {
      const auto& own = link->second.addresses;
      if (std::ranges::count(own, vip.address, &OwnAddress::address) == 0) continue;
      findings.push_back(
          {Severity::Problem, "vip-without-agent", name,
           "the VIP " + vip.address.to_string() + " is on " + name + " though no agent runs here",
           "another host has it, too, or will: two hosts answer for it",
           "ip addr del " + vip.address.to_string() + "/" + std::to_string(vip.prefix) + " dev " +
               name});
    }
  }
}

void judge_sections(const Facts& facts, Findings& findings) {
  for (const AgentFacts::Section& section : facts.agent->sections) {
    if (section.state == "fault" && !section.reason.empty()) {
      findings.push_back({Severity::Problem, "fault", section.name,
                          "vrrp '" + section.name + "' is in fault: " + section.reason,
                          "this host cannot take its VIPs", "wslbctl events"});
    }
    for (const std::string& alarm : section.alarms) {
      findings.push_back({Severity::Problem, "alarm", section.name, alarm,
                          "the agent raises this alarm for vrrp '" + section.name + "'",
                          "see the alarm in /usr/share/doc/wslb/runbook.md"});
    }
  }
}

void judge_peers(const Facts& facts, Findings& findings) {
  for (const AgentFacts::Peer& peer : facts.agent->peers) {
    if (peer.state != "connected") {
      findings.push_back(
          {Severity::Problem, "peer", peer.node,
           "no link to " + peer.node + " (" + peer.state +
               (peer.reason.empty() ? "" : ": " + peer.reason) + ")",
           "sticky entries do not get across, and a lost advert is not noticed",
           "see to the agent of " + peer.node + ", its firewall, and that both have the same key"});
    }
    if (!peer.version.empty() && peer.version != facts.agent->version) {
      findings.push_back(
          {Severity::Warning, "peer-version", peer.node,
           peer.node + " runs wslb " + peer.version + ", this host " + facts.agent->version,
           "two versions work beside each other during an upgrade, not for good",
           "finish the upgrade: apt install wslb on the older one"});
    }
    for (const std::string& alarm : peer.alarms) {
      findings.push_back({Severity::Warning, "alarm", peer.node, peer.node + ": " + alarm,
                          "the agent raises this alarm for its peer",
                          "see the alarm in /usr/share/doc/wslb/runbook.md"});
    }
  }
}

void judge_limits(const Facts& facts, Findings& findings) {
  const AgentFacts& agent = *facts.agent;
  // From a client and to a server; the agent's vault holds a duplicate of each.
  const std::uint64_t needed = std::uint64_t{2} * facts.config.global.maxconn + kFilesBeside;
  const auto judge_one = [&](const ProcessFacts& process, const std::string& unit,
                             const std::string& why) {
    if (process.pid == 0 || process.files_max == 0) return;
    const bool stated = facts.config.global.maxconn > 0;
    if (process.files_max >= (stated ? needed : 4096)) return;
    findings.push_back({Severity::Warning, "open-files", unit,
                        unit + " may have " + std::to_string(process.files_max) + " files open" +
                            (stated ? ", 'maxconn' needs " + std::to_string(needed) : ""),
                        why,
                        "write '[Service]' and 'LimitNOFILE=1048576' into a drop-in: systemctl "
                        "edit " +
                            unit});
  };
  judge_one(agent.proxy, "wslb-proxy", "the proxy serves fewer clients than it is told to");
  if (facts.config.cluster && facts.config.cluster->vault) {
    judge_one(agent.process, "wslb-agent",
              "connections for which it has no room are lost when the proxy is killed");
  }
  const auto policy = agent.process.scheduling_policy;
  if (policy && *policy != 1 && *policy != 2) {
    findings.push_back({Severity::Warning, "no-real-time", "wslb-agent",
                        "wslb-agent has no real-time priority",
                        "on a busy host its adverts are late, and the VIP may move for nothing",
                        "LimitRTPRIO=50 in wslb-agent.service; in a container allow SYS_NICE"});
  }
}

}  // namespace

void judge_daemons(const Facts& facts, Findings& findings) {
  if (!facts.agent) {
    findings.push_back({Severity::Problem, "agent", "", facts.agent_error,
                        "this host neither takes nor keeps a VIP",
                        "systemctl restart wslb-agent; then: journalctl -u wslb-agent"});
    return judge_left_vips(facts, findings);
  }
  const AgentFacts& agent = *facts.agent;
  if (!agent.version.empty() && agent.version != facts.own_version) {
    findings.push_back(
        {Severity::Warning, "agent-version", "",
         "the agent that runs is wslb " + agent.version + ", installed is " + facts.own_version,
         "what was upgraded is not in force yet", "systemctl restart wslb-agent"});
  }
  if (agent.proxy_state != "up") {
    findings.push_back({Severity::Problem, "proxy", "",
                        "the proxy is " + agent.proxy_state +
                            (agent.proxy_reason.empty() ? "" : ": " + agent.proxy_reason),
                        "this host cannot serve, so it takes no VIP",
                        "systemctl start wslb-proxy; then: journalctl -u wslb-proxy"});
  }
  judge_sections(facts, findings);
  judge_peers(facts, findings);
  judge_limits(facts, findings);
}

}  // namespace wslb::ctl::doctor
