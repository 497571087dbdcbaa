// Dates as HAProxy writes them into log lines and syslog headers.
#pragma once

#include <string>

#include "proxy/http/log_facts.h"

namespace wslb::proxy::http {

std::string decimal(std::uint64_t value, std::size_t width, char fill = '0');
std::string hexadecimal(std::uint64_t value, std::size_t width);  // 00FF

std::string date_with_milliseconds(const LogTime& time);  // 06/Feb/2009:12:14:14.655
std::string date_local(const LogTime& time);              // 06/Feb/2009:12:14:14 +0100
std::string date_gmt(const LogTime& time);                // 06/Feb/2009:11:14:14 +0000
std::string date_syslog(const LogTime& time);             // "Feb  6 12:14:14"
std::string date_iso(const LogTime& time);                // 2009-02-06T12:14:14.655123+01:00

}  // namespace wslb::proxy::http
