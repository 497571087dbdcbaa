// The command line of wslbctl as a value. Pure: it neither prints nor asks anybody.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "base/result.h"
#include "ctl/import_arguments.h"

namespace wslb::ctl {

struct StatusCommand {};
struct VersionCommand {};
struct HelpCommand {};
struct FailoverCommand {
  std::string vrrp;  // empty: all sections
  std::string to;    // empty: any other node
};
struct ReloadCommand {
  bool hard = false;
};
struct EventsCommand {
  bool follow = false;
};
struct CheckCommand {
  std::string file = "/etc/wslb/wslb.cfg";
};

struct DoctorCommand {
  std::string file = "/etc/wslb/wslb.cfg";
};

struct KeygenCommand {
  std::optional<std::uint8_t> id;  // 1 .. 255
};

using Command =
    std::variant<StatusCommand, FailoverCommand, ReloadCommand, EventsCommand, CheckCommand,
                 VersionCommand, KeygenCommand, HelpCommand, ImportCommand, DoctorCommand>;

struct Arguments {
  std::string run_dir = "/run/wslb";
  bool json = false;
  Command command;
};

[[nodiscard]] std::string usage();

// `words` without the program's name. Every error is one of usage.
[[nodiscard]] base::Result<Arguments> parse_arguments(std::span<const char* const> words);

}  // namespace wslb::ctl
