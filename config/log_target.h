// Where log lines go: `log ADDRESS [len N] [format F] FACILITY [LEVEL [MINLEVEL]]`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/ip_address.h"
#include "config/diagnostic.h"

namespace wslb::config {

struct LogTarget {
  // What stands before the text; proxy/http/syslog_line.cpp shows each.
  // Unspecified is Rfc3164 without a host name unless `log-send-hostname` gives one.
  enum class Format : std::uint8_t {
    Rfc3164,
    Rfc5424,
    Local,
    Priority,
    Short,
    Timed,
    Iso,
    Raw,
    Unspecified
  };

  // Exactly one of the three says where to: UDP, a unix datagram socket, or stdout and stderr.
  std::optional<base::Endpoint> endpoint;  // port 514 unless given
  std::string unix_path;
  std::optional<int> descriptor;

  Format format = Format::Unspecified;
  std::size_t length = 1024;  // of a line without its end; what is longer is cut
  int facility = 16;          // 0 .. 23, RFC 5424 section 6.2.1; 16 is local0
  int max_level = 7;          // 0 emerg .. 7 debug: lines of a higher number are left out
  int min_level = 0;          // lines of a lower number are sent with this one
  Location where;
};

}  // namespace wslb::config
