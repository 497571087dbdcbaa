#include <algorithm>
#include <array>
#include <cstdio>

#include "ctl/doctor/judge.h"

namespace wslb::ctl::doctor {
namespace {

std::string octal(unsigned mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04o", mode);
  return text.data();
}

void judge_key(const Facts& facts, Findings& findings) {
  if (!facts.config.cluster) return;
  const auto& path = facts.config.cluster->secret_file;
  if (!path) {
    findings.push_back(
        {Severity::Warning, "no-key", "cluster " + facts.config.cluster->name,
         "the cluster has no key ('secret none')",
         "whoever is on the network can move the VIPs and write sticky entries",
         "(umask 077; wslbctl keygen >/etc/wslb/cluster.key), copy it to every host, and write "
         "'secret-file /etc/wslb/cluster.key'"});
    return;
  }
  if (!facts.key) return;
  if (!facts.key->exists) {
    findings.push_back(
        {Severity::Problem, "key-missing", *path, "the secret file is not there",
         "the agent does not start without it",
         "copy it from another host, or make it: (umask 077; wslbctl keygen >" + *path + ")"});
    return;
  }
  if ((facts.key->mode & 077U) == 0) return;
  const bool writable = (facts.key->mode & 022U) != 0;
  findings.push_back(
      {writable || (facts.key->mode & 07U) != 0 ? Severity::Problem : Severity::Warning,
       "key-permissions", *path,
       "others than its owner may " + std::string(writable ? "change" : "read") +
           " the key (mode " + octal(facts.key->mode) + ", " + facts.key->owner + ":" +
           facts.key->group + ")",
       "with the key one can move the VIPs; the proxy, which parses what strangers "
       "send, must not have it",
       "chown wslb " + *path + " && chmod 0400 " + *path});
}

void judge_nodes(const Facts& facts, Findings& findings) {
  if (!facts.config.cluster || facts.agent || own_node(facts) != nullptr) return;
  std::string names;
  for (const config::Node& node : facts.config.cluster->nodes) {
    names += (names.empty() ? "" : ", ") + node.name;
  }
  findings.push_back(
      {Severity::Problem, "no-node", facts.host_name,
       "the host's name '" + facts.host_name + "' is none of the nodes (" + names + ")",
       "the agent does not know which node it is, and does not start",
       "hostnamectl set-hostname NAME, or start the agent with -n NAME"});
}

// A node's address that no interface has: peers take adverts and links from it alone.
void judge_own_address(const Facts& facts, Findings& findings) {
  const config::Node* const node = own_node(facts);
  if (node == nullptr || facts.links.empty()) return;
  const auto has = [&](const base::IpAddress& address) {
    return std::ranges::any_of(facts.links, [&](const auto& link) {
      return std::ranges::count(link.second.addresses, address, &OwnAddress::address) > 0;
    });
  };
  for (const auto& address : {std::optional(node->address), node->other_address}) {
    if (!address || has(*address)) continue;
    findings.push_back(
        {Severity::Problem, "node-address", node->name,
         "no interface has the node's address " + address->to_string(),
         "the other agents cannot reach this one; unicast sections are in fault",
         "write the host's own address into its 'node' line in " + facts.file + ", on every host"});
  }
}

}  // namespace

void judge_configuration(const Facts& facts, Findings& findings) {
  if (!facts.file_error.empty()) {
    findings.push_back({Severity::Problem, "no-configuration", facts.file, facts.file_error,
                        "neither the agent nor the proxy starts without it",
                        "see /usr/share/doc/wslb/examples, or 'wslbctl import'"});
    return;
  }
  if (facts.config_errors > 0) {
    findings.push_back({Severity::Problem, "configuration", facts.file,
                        "the configuration has " + std::to_string(facts.config_errors) +
                            (facts.config_errors == 1 ? " error" : " errors"),
                        "what runs goes on, but nothing starts again with this file",
                        "wslbctl check " + facts.file});
    return;
  }
  judge_key(facts, findings);
  judge_nodes(facts, findings);
  judge_own_address(facts, findings);
}

}  // namespace wslb::ctl::doctor
