// What /proc tells of other processes: for those that start, name or watch processes. A process may
// be gone, or hidden from us, at any time: then there is nothing to tell.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wslb::agent {

// Field 22 of /proc/PID/stat: with the pid it names a process for ever. 0: nothing is known.
[[nodiscard]] std::uint64_t start_time(std::int32_t pid);

// It has been killed or exits, and closes its descriptors: that comes before it counts as dead, and
// with many of them some time before. False also where nothing is known.
[[nodiscard]] bool is_exiting(std::int32_t pid);

// The short name of its program, "haproxy"; empty: nothing is known.
[[nodiscard]] std::string command_name(std::int32_t pid);

// In the order of their birth.
[[nodiscard]] std::vector<std::int32_t> children(std::int32_t pid);

// The pids of a pid file, one a line; what is no pid does not count.
[[nodiscard]] std::vector<std::int32_t> parse_pid_file(std::string_view text);

}  // namespace wslb::agent
