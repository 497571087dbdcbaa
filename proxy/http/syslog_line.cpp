#include "proxy/http/syslog_line.h"

#include <algorithm>

#include "proxy/http/log_date.h"

namespace wslb::proxy::http {

namespace {

std::string header(const config::LogTarget& target, int severity, const LogTime& now,
                   const SyslogOrigin& origin) {
  using Format = config::LogTarget::Format;
  const std::string level = "<" + std::to_string(severity) + ">";
  const std::string priority = "<" + std::to_string(target.facility * 8 + severity) + ">";
  const std::string tag(origin.tag);
  const std::string process = std::to_string(origin.process_id);
  const std::string host(origin.host_name);
  switch (target.format) {
    case Format::Unspecified:
      return priority + date_syslog(now) + " " + (host.empty() ? "" : host + " ") + tag + "[" +
             process + "]: ";
    case Format::Rfc3164:
      return priority + date_syslog(now) + " " + (host.empty() ? "localhost" : host) + " " + tag +
             "[" + process + "]: ";
    case Format::Local:
      return priority + date_syslog(now) + " " + tag + "[" + process + "]: ";
    case Format::Rfc5424:
      return priority + "1 " + date_iso(now) + " " + (host.empty() ? "-" : host) + " " + tag + " " +
             process + " - - ";
    case Format::Priority:
      return priority;
    case Format::Short:
      return level;
    case Format::Timed:
      return level + date_iso(now) + " ";
    case Format::Iso:
      return date_iso(now) + " ";
    case Format::Raw:
      return "";
  }
  return {};
}

}  // namespace

std::string syslog_line(const config::LogTarget& target, int severity, const LogTime& now,
                        const SyslogOrigin& origin, std::string_view text) {
  if (severity > target.max_level) return {};
  std::string line = header(target, std::max(severity, target.min_level), now, origin);
  line += text;
  if (line.size() > target.length) line.resize(target.length);
  return line + '\n';
}

}  // namespace wslb::proxy::http
