// Lines of a `vrrp` section that the tracks of Keepalived become.
#pragma once

#include <string>
#include <vector>

#include "ctl/migration/keepalived_host.h"

namespace wslb::ctl::migration {

// Of an instance's own tracks and of its group's. `subject` is the section's interface, which needs
// no line of its own.
[[nodiscard]] std::vector<std::string> track_lines(const KeepalivedInstance& instance,
                                                   const KeepalivedHost& host,
                                                   const std::string& interface, Remarks& remarks);

// The sync group that names the instance; nullptr: none.
[[nodiscard]] const KeepalivedGroup* group_of(const KeepalivedInstance& instance,
                                              const KeepalivedHost& host);

// The word as a name that wslb takes.
[[nodiscard]] std::string usable_name(const std::string& word);

}  // namespace wslb::ctl::migration
