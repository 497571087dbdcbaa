#include "ctl/doctor/judge.h"

#include <algorithm>
#include <cstdint>

#include "config/value.h"

namespace wslb::ctl::doctor {

std::optional<std::int64_t> Facts::sysctl(const std::string& name) const {
  const auto found = sysctls.find(name);
  if (found == sysctls.end()) return std::nullopt;
  const auto value = config::parse_integer(found->second, INT64_MIN, INT64_MAX);
  return value ? std::optional(*value) : std::nullopt;
}

std::vector<std::string> used_interfaces(const Facts& facts) {
  std::vector<std::string> names;
  for (const config::VrrpSection& section : facts.config.vrrps) {
    if (std::ranges::count(names, section.interface) == 0) names.push_back(section.interface);
  }
  return names;
}

const config::Node* own_node(const Facts& facts) {
  if (!facts.config.cluster) return nullptr;
  const std::string& name = facts.agent ? facts.agent->node : facts.host_name;
  return facts.config.cluster->find_node(name);
}

Report judge(const Facts& facts) {
  Report report;
  report.unchecked = facts.unchecked;
  judge_configuration(facts, report.findings);
  if (facts.file_error.empty() && facts.config_errors == 0) {
    judge_links(facts, report.findings);
    judge_kernel(facts, report.findings);
    judge_firewall(facts, report.findings);
    judge_wire(facts, report);
  } else {
    report.unchecked.emplace_back(
        "interfaces, kernel settings and firewall: the configuration is to be mended first");
  }
  judge_daemons(facts, report.findings);
  std::ranges::stable_sort(report.findings, {}, &Finding::severity);
  return report;
}

}  // namespace wslb::ctl::doctor
