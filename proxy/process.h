// What makes a program a daemon: files, limits, background, pid file. Called by main() before any
// thread exists, and for its limits by reloads.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "config/config.h"

namespace wslb::proxy {

// Raises the limit of open files as far as allowed and returns it.
[[nodiscard]] std::uint64_t raise_open_files_limit();

// The default of global `maxconn`: each connection needs two descriptors; a few are for the rest.
[[nodiscard]] std::uint32_t maxconn_for(std::uint64_t open_files);

// The process's maxconn as configured, or the most that its limit of open files allows; warns where
// that is less.
[[nodiscard]] std::uint32_t maxconn_of(const config::Global& global);

// A SIGHUP waits from the first until the second: before its handler is there it would be deadly.
void hold_reloads();
void take_reloads();

// Goes on in a child process without a terminal; the parent exits with 0.
void go_to_background();

[[nodiscard]] base::Result<void> write_pidfile(const std::string& path);

}  // namespace wslb::proxy
