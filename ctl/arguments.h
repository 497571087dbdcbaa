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

inline constexpr std::uint32_t kListenSecondsMax = 60;

struct DoctorCommand {
  std::string file = "/etc/wslb/wslb.cfg";
  // How long for other routers' adverts; nullopt: for a moment, where no agent does.
  std::optional<std::uint32_t> listen = std::nullopt;
};

struct KeygenCommand {
  std::optional<std::uint8_t> id;  // 1 .. 255
};

struct DrainCommand {
  bool on = true;  // false: undrain
};
struct BackendsCommand {
  std::string name;  // empty: all
};
struct ServerCommand {
  std::string backend;
  std::string server;
  std::string state;                  // "ready", "drain" or "maint"; empty: as it is
  std::optional<std::string> weight;  // "0" .. "256", or in percent
};

// Of a long list.
inline constexpr std::uint32_t kRowsShown = 100;
inline constexpr std::uint32_t kRowsMax = 100'000;

struct TableCommand {
  std::string name;                 // empty: which tables there are
  std::optional<std::string> key;   // this entry alone
  std::uint32_t rows = kRowsShown;  // 0: all, but kRowsMax
};
struct TunnelsCommand {
  std::uint32_t rows = kRowsShown;  // likewise
};
struct TopCommand {
  std::uint32_t seconds = 1;  // between two looks, 1 .. 60
};

using Command = std::variant<StatusCommand, FailoverCommand, ReloadCommand, EventsCommand,
                             CheckCommand, VersionCommand, KeygenCommand, HelpCommand, DrainCommand,
                             BackendsCommand, ServerCommand, TableCommand, TunnelsCommand,
                             TopCommand, ImportCommand, DoctorCommand>;

struct Arguments {
  std::string run_dir = "/run/wslb";
  bool json = false;
  Command command;
};

[[nodiscard]] std::string usage();

// `words` without the program's name. Every error is one of usage.
[[nodiscard]] base::Result<Arguments> parse_arguments(std::span<const char* const> words);

}  // namespace wslb::ctl
