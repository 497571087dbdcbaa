// Stick tables as `show table` prints them.
#pragma once

#include <string>

#include "proxy/stick/table.h"

namespace wslb::proxy {

// "# table: NAME, type: ip, size:1024, used:1"
[[nodiscard]] std::string table_line(stick::Table& table, base::TimePoint now);
// "0x1234: key=10.0.0.1 use=0 exp=9000 gpc0=1"
[[nodiscard]] std::string entry_line(const stick::Table& table, const stick::Entry& entry,
                                     base::TimePoint now);

}  // namespace wslb::proxy
