// What the facts about a host mean. Each function looks at one matter; none asks the host.
#pragma once

#include "ctl/doctor/facts.h"
#include "ctl/doctor/finding.h"

namespace wslb::ctl::doctor {

using Findings = std::vector<Finding>;

void judge_configuration(const Facts& facts, Findings& findings);  // the file, the key, this node
void judge_links(const Facts& facts, Findings& findings);          // interfaces and their managers
void judge_kernel(const Facts& facts, Findings& findings);         // sysctls, connection tracking
void judge_firewall(const Facts& facts, Findings& findings);
void judge_wire(const Facts& facts, Report& report);         // what was heard while listening
void judge_daemons(const Facts& facts, Findings& findings);  // the agent and what it knows

// All of them, problems first.
[[nodiscard]] Report judge(const Facts& facts);

// The sections' interfaces, each once.
[[nodiscard]] std::vector<std::string> used_interfaces(const Facts& facts);
// This host's node; nullptr: none is known.
[[nodiscard]] const config::Node* own_node(const Facts& facts);

}  // namespace wslb::ctl::doctor
