// Reads the configuration files for config::load, which itself reads none, and says which of the
// cluster's nodes this host is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace wslb::agent {

// The error is of reading; what is wrong with the text is in the result's diagnostics.
[[nodiscard]] base::Result<config::LoadResult> load_files(const std::vector<std::string>& files);

// Of the files' text: equal where the configurations are.
[[nodiscard]] std::uint64_t digest_files(const std::vector<std::string>& files);

// What the agent needs beyond a valid file: a secret that it can read, hooks that it can run.
// Nothing wrong: an empty list.
[[nodiscard]] std::vector<std::string> find_obstacles(const config::Config& config);

// Each section with what makes it the same virtual router still, after a restart.
[[nodiscard]] std::vector<std::string> section_identities(const config::Config& config);

// `wanted` is -n's value; empty: the hostname decides.
[[nodiscard]] base::Result<std::string> choose_node(const config::Cluster& cluster,
                                                    const std::string& wanted);

}  // namespace wslb::agent
