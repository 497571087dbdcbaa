// The agent's answers as JSON for programs: keys are only ever added. Each text is one line and
// ends with a newline. Pure.
#pragma once

#include <string>
#include <vector>

#include "proto/control.pb.h"

namespace wslb::view {

[[nodiscard]] std::string status_json(const proto::Status& status);
[[nodiscard]] std::string event_json(const proto::Event& event);
// An array of rows each: what the proxy's sections and servers do, and its tunnels.
[[nodiscard]] std::string traffic_json(const proto::TrafficAnswer& answer);
[[nodiscard]] std::string tunnels_json(const proto::TrafficAnswer& answer);
// {"NAME":["...","..."]}
[[nodiscard]] std::string lines_json(const std::string& name,
                                     const std::vector<std::string>& lines);
[[nodiscard]] std::string version_json(const std::string& program, const std::string& agent);
[[nodiscard]] std::string tables_json(const proto::Status& status);
[[nodiscard]] std::string table_json(const std::string& name, const proto::TablePage& page);

}  // namespace wslb::view
