// One virtual router as all hosts of the pair have it: wslb's file is the same on every host, so
// what Keepalived's files say of it must be brought together.
#pragma once

#include <string>
#include <vector>

#include "ctl/migration/member.h"

namespace wslb::ctl::migration {

struct SharedInstance {
  struct Side {
    const Member* member = nullptr;
    const KeepalivedInstance* instance = nullptr;
  };

  std::vector<Side> sides;  // at least one; the first one's words count where they differ

  [[nodiscard]] const KeepalivedInstance& first() const { return *sides.front().instance; }
  [[nodiscard]] const Side& preferred() const;  // of the highest priority
};

// Instances of several hosts are one if they have the same name, else the same VRID and interface.
// Differences that the result cannot have are told.
[[nodiscard]] std::vector<SharedInstance> share_instances(const std::vector<Member>& members,
                                                          Remarks& remarks);

}  // namespace wslb::ctl::migration
