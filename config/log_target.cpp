#include "config/log_target.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "config/spelling.h"

namespace wslb::config {
namespace {

// RFC 5424's numbers, under the names that syslog.conf and HAProxy use.
constexpr auto kFacilities = std::to_array<std::string_view>(
    {"kern",   "user",   "mail",   "daemon", "auth",   "syslog", "lpr",    "news",
     "uucp",   "cron",   "auth2",  "ftp",    "ntp",    "audit",  "alert",  "cron2",
     "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"});
constexpr auto kLevels = std::to_array<std::string_view>(
    {"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"});

std::optional<int> index_of(std::span<const std::string_view> names, const std::string& name,
                            std::string_view what, const Statement& statement) {
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<int>(found - names.begin());
  statement.error("knows no " + std::string(what) + " '" + name + "'" +
                  did_you_mean(name, {names.begin(), names.end()}));
  return std::nullopt;
}

bool is_unsupported(const Statement& statement, std::size_t index) {
  constexpr std::array<std::string_view, 3> kWords{"len", "format", "sample"};
  if (std::ranges::find(kWords, statement[index]) == kWords.end()) return false;
  statement.refuse(statement[index]);
  return true;
}

}  // namespace

std::optional<LogTarget> parse_log_target(const Statement& statement) {
  LogTarget target;
  target.where = statement.where();
  if (statement.is(0, "stdout") || statement.is(0, "stderr") || statement[0].starts_with("ring@") ||
      statement[0].starts_with("fd@")) {
    statement.refuse(statement[0]);
    return std::nullopt;
  }
  if (statement.size() < 2) {
    statement.error("lacks the facility; expects: log ADDRESS[:PORT] FACILITY [LEVEL]");
    return std::nullopt;
  }
  if (is_unsupported(statement, 1)) return std::nullopt;
  const auto address = statement.accept(parse_host_port(statement[0]));
  if (!address) return std::nullopt;
  if (!address->host) {
    statement.error("expects the address of a log server, not '" + statement[0] + "'");
    return std::nullopt;
  }
  target.endpoint = {*address->host, address->port.value_or(514)};

  const auto facility = index_of(kFacilities, statement[1], "facility", statement);
  if (!facility) return std::nullopt;
  target.facility = *facility;
  if (statement.size() > 2) {
    const auto level = index_of(kLevels, statement[2], "level", statement);
    if (!level) return std::nullopt;
    target.max_level = *level;
  }
  if (statement.size() > 3) {
    statement.refuse("log ... LEVEL MINLEVEL");
    return std::nullopt;
  }
  return target;
}

}  // namespace wslb::config
