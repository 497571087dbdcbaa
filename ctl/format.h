// The agent's answers as text for people; as JSON for programs they are in view/json. Pure: the
// time, the width and whether there is colour are arguments.
#pragma once

#include <string>

#include "ctl/table.h"
#include "proto/control.pb.h"

namespace wslb::ctl {

// How this node and its cluster stand: in 80 columns, the worst last, where the eye is. Ends with a
// newline, as all of these.
[[nodiscard]] std::string status_table(const proto::Status& status, const TableStyle& style);

// In UTC, so that the lines of two hosts can be laid side by side.
[[nodiscard]] std::string event_line(const proto::Event& event);

// The proxy's backends and servers.
[[nodiscard]] std::string backends_table(const proto::TrafficAnswer& answer,
                                         const TableStyle& style);
// Where there are more of them than rows, a line says so.
[[nodiscard]] std::string tunnels_table(const proto::TrafficAnswer& answer,
                                        const TableStyle& style);
[[nodiscard]] std::string tables_table(const proto::Status& status, const TableStyle& style);
[[nodiscard]] std::string entries_table(const proto::TablePage& page, const TableStyle& style);

}  // namespace wslb::ctl
