// The agent's answers as text: tables for people, JSON for programs. Pure: the time and whether
// there is colour are arguments.
#pragma once

#include <cstdint>
#include <string>

#include "proto/control.pb.h"

namespace wslb::ctl {

struct TableStyle {
  bool colour = false;
  std::int64_t now_unix_ms = 0;  // for ages
};

// Ends with a newline, as all of these.
[[nodiscard]] std::string status_table(const proto::Status& status, const TableStyle& style);
[[nodiscard]] std::string status_json(const proto::Status& status);

// In UTC, so that the lines of two hosts can be laid side by side.
[[nodiscard]] std::string event_line(const proto::Event& event);
[[nodiscard]] std::string event_json(const proto::Event& event);

// "2026-01-31T10:00:00.250Z".
[[nodiscard]] std::string iso8601(std::int64_t unix_ms);
// "4s", "2m 31s", "3h 5m", "12d 4h".
[[nodiscard]] std::string age(std::int64_t milliseconds);

}  // namespace wslb::ctl
