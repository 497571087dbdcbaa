#include "config/log_line.h"

#include <algorithm>
#include <array>
#include <span>
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
// In the order of LogTarget::Format, whose last one has no name.
constexpr auto kFormats = std::to_array<std::string_view>(
    {"rfc3164", "rfc5424", "local", "priority", "short", "timed", "iso", "raw"});
constexpr std::size_t kUnixPathMax = 107;  // what sockaddr_un holds

class LogLine {
 public:
  explicit LogLine(const Statement& statement) : statement_(statement) {
    target_.where = statement.where();
  }

  std::optional<LogTarget> read() {
    if (!read_place() || !read_length() || !read_format()) return std::nullopt;
    if (next_ >= statement_.size()) {
      statement_.error("lacks the facility, such as 'local0'");
      return std::nullopt;
    }
    if (!read_name(kFacilities, "facility", target_.facility)) return std::nullopt;
    if (!at_end() && !read_name(kLevels, "level", target_.max_level)) return std::nullopt;
    if (!at_end() && !read_name(kLevels, "level", target_.min_level)) return std::nullopt;
    if (at_end()) return target_;
    statement_.error("cannot use the argument '" + statement_[next_] + "'");
    return std::nullopt;
  }

 private:
  [[nodiscard]] bool at_end() const { return next_ >= statement_.size(); }

  bool read_place() {
    std::string place = statement_[next_++];
    if (place == "stdout" || place == "stderr") {
      target_.descriptor = place == "stdout" ? 1 : 2;
      return true;
    }
    for (const std::string_view refused : {"ring@", "fd@", "abns@", "tcp@", "tcp4@", "tcp6@"}) {
      if (!place.starts_with(refused)) continue;
      statement_.refuse(place);
      return false;
    }
    for (const std::string_view prefix : {"unix@", "udp@", "udp4@", "udp6@", "ipv4@", "ipv6@"}) {
      if (place.starts_with(prefix)) place.erase(0, prefix.size());
    }
    return place.starts_with('/') ? read_path(place) : read_address(place);
  }

  bool read_path(const std::string& path) {
    target_.unix_path = path;
    if (path.size() <= kUnixPathMax) return true;
    statement_.error("expects a socket's path of at most " + std::to_string(kUnixPathMax) +
                     " characters");
    return false;
  }

  bool read_address(const std::string& place) {
    const auto address = statement_.accept(parse_host_port(place));
    if (!address) return false;
    if (!address->host) {
      statement_.error("expects the address of a log server, not '" + place + "'");
      return false;
    }
    target_.endpoint = {*address->host, address->port.value_or(514)};
    return true;
  }

  bool read_length() {
    if (!statement_.is(next_, "len")) return true;
    const auto length = statement_.integer(next_ + 1, 80, 65535);
    if (length) target_.length = static_cast<std::size_t>(*length);
    next_ += 2;
    return length.has_value();
  }

  bool read_format() {
    if (statement_.is(next_, "format")) {
      int format = 0;
      ++next_;
      if (!read_name(kFormats, "format", format)) return false;
      target_.format = static_cast<LogTarget::Format>(format);
    }
    if (!statement_.is(next_, "sample")) return true;
    statement_.refuse("sample");
    return false;
  }

  bool read_name(std::span<const std::string_view> names, std::string_view what, int& value) {
    const std::string& name = statement_[next_++];
    const auto found = std::ranges::find(names, name);
    if (found != names.end()) {
      value = static_cast<int>(found - names.begin());
      return true;
    }
    statement_.error("knows no " + std::string(what) + " '" + name + "'" +
                     did_you_mean(name, {names.begin(), names.end()}));
    return false;
  }

  const Statement& statement_;
  LogTarget target_;
  std::size_t next_ = 0;
};

}  // namespace

std::optional<LogTarget> parse_log_line(const Statement& statement) {
  return LogLine(statement).read();
}

}  // namespace wslb::config
