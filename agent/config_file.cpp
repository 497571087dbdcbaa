#include "agent/config_file.h"

#include <array>
#include <map>

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "agent/file_descriptor.h"
#include "agent/secret_file.h"
#include "agent/vmacs.h"
#include "base/environment.h"
#include "base/file.h"

namespace wslb::agent {
namespace {

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

struct Obstacles {
  void add(const config::Location& where, const std::string& text) {
    found.push_back(where.file + ":" + std::to_string(where.line) + ": error: " + text);
  }

  void check_program(const config::Location& where, const std::string& path) {
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0 || ::access(path.c_str(), X_OK) != 0) {
      add(where, system_error("notify: cannot run " + path).message);
    } else if (!S_ISREG(file.st_mode)) {
      add(where, "notify: " + path + " is no program");
    }
  }

  std::vector<std::string> found;
};

bool same_settings(const config::UrlCheck& one, const config::UrlCheck& other) {
  return one.inter == other.inter && one.fall == other.fall && one.rise == other.rise;
}

}  // namespace

std::uint64_t digest_files(const std::vector<std::string>& files) {
  std::string all;
  for (const std::string& file : files) {
    if (const auto text = base::read_file(file)) all += *text + '\0';
  }
  return XXH3_64bits(all.data(), all.size());
}

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
  Obstacles obstacles;
  if (const auto keys = read_secret(*config.cluster); !keys) {
    obstacles.add(config.cluster->where, keys.error().message);
  }
  std::map<std::string, const config::UrlCheck*> checks;
  for (const config::VrrpSection& section : config.vrrps) {
    for (const config::UrlCheck& check : section.track_checks) {
      const config::UrlCheck& first = *checks.try_emplace(check.url, &check).first->second;
      if (same_settings(first, check)) continue;
      obstacles.add(section.where, "track check " + check.url +
                                       ": another vrrp section has other settings for it");
    }
    if (!section.notify.empty()) obstacles.check_program(section.where, section.notify.front());
  }
  return obstacles.found;
}

std::vector<std::string> section_identities(const config::Config& config) {
  std::vector<std::string> names;
  for (const config::VrrpSection& section : config.vrrps) {
    std::string& name = names.emplace_back();
    name += section.interface + " " + vip_interface(section) + " " + std::to_string(section.vrid) +
            (section.vips.front().address.is_v4() ? " v4" : " v6");
  }
  return names;
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
