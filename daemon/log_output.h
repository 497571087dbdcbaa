// Where the log goes: into systemd's journal with its priority and fields, if that reads stderr,
// else to stderr with the time. A reader that does not read loses lines; it never holds up the
// program, whose adverts and messages are worth more than its log.
#pragma once

#include <string>
#include <string_view>

#include <spdlog/common.h>

namespace wslb::daemon {

// `level` is one that spdlog knows: debug, info, warning, error. Call it once, before the first
// line.
void set_up_log(const std::string& program, const std::string& level);

// "KIND SUBJECT: TEXT", with the fields WSLB_EVENT=KIND and WSLB_SUBJECT=SUBJECT where there are
// any.
void log_event(spdlog::level::level_enum level, std::string_view kind, std::string_view subject,
               std::string_view text);

}  // namespace wslb::daemon
