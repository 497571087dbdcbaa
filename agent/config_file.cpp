#include "agent/config_file.h"

#include <algorithm>
#include <array>

#include <limits.h>
#include <unistd.h>

#include "base/environment.h"
#include "base/file.h"

namespace wslb::agent {
namespace {

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace

base::Result<config::LoadResult> load_files(const std::vector<std::string>& files) {
  std::vector<config::Source> sources;
  for (const std::string& file : files) {
    auto text = base::read_file(file);
    if (!text) return text.error();
    sources.push_back({file, std::move(*text)});
  }
  return config::load(sources, base::environment());
}

std::vector<std::string> find_obstacles(const config::Config& config) {
  if (!config.cluster) return {"there is no 'cluster' section: wslb-agent has nothing to do"};
  std::vector<std::string> obstacles;
  for (const config::VrrpSection& section : config.vrrps) {
    const bool all_v4 = std::ranges::all_of(
        section.vips, [](const config::Vip& vip) { return vip.address.is_v4(); });
    if (!all_v4) {
      obstacles.push_back(section.where.file + ":" + std::to_string(section.where.line) +
                          ": error: IPv6 VIPs are not supported by this version (vrrp " +
                          section.name + ")");
    }
  }
  return obstacles;
}

base::Result<std::string> choose_node(const config::Cluster& cluster, const std::string& wanted) {
  const std::string name = wanted.empty() ? host_name() : wanted;
  if (cluster.find_node(name) != nullptr) return name;
  std::string known;
  for (const config::Node& node : cluster.nodes) known += (known.empty() ? "" : ", ") + node.name;
  return base::Error{"this host is '" + name + "', which is no node of cluster " + cluster.name +
                     "; say with -n which one it is: " + known};
}

}  // namespace wslb::agent
