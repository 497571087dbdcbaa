#include "proxy/http/log_line.h"

#include <array>
#include <cassert>

namespace wslb::proxy::http {

namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string_view month_name(int month) {
  assert(month >= 1 && month <= 12);
  return kMonths[static_cast<std::size_t>(month - 1)];
}

std::string padded(int value, std::size_t width, char fill = '0') {
  const std::string digits = std::to_string(value);
  return std::string(width > digits.size() ? width - digits.size() : 0, fill) + digits;
}

std::string clock_text(const LogTime& time) {
  return padded(time.hour, 2) + ":" + padded(time.minute, 2) + ":" + padded(time.second, 2);
}

// 06/Feb/2009:12:14:14.655
std::string date_text(const LogTime& time) {
  return padded(time.day, 2) + "/" + std::string(month_name(time.month)) + "/" +
         padded(time.year, 4) + ":" + clock_text(time) + "." + padded(time.millisecond, 3);
}

std::string timer_text(const LogFacts::Timer& timer) {
  return timer ? std::to_string(timer->count()) : "-1";
}

// "10.0.1.2:33317"; HAProxy writes IPv6 without brackets, and so do those who parse its logs.
std::string address_text(const base::Endpoint& endpoint) {
  return endpoint.address.to_string() + ":" + std::to_string(endpoint.port);
}

// A client must not be able to end the line, the quotes or to forge an escape: '"', '#', control
// and non-ASCII characters become #XX.
void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || code >= 0x7f || c == '"' || c == '#') {
      out += {'#', kHex[code >> 4U], kHex[code & 15U]};
    } else {
      out += c;
    }
  }
}

// "client [date] frontend backend/server "
std::string origin_text(const LogFacts& facts) {
  std::string out = address_text(facts.client) + " [" + date_text(facts.accepted) + "] ";
  out.append(facts.frontend).append(" ").append(facts.backend).append("/");
  out.append(facts.server.empty() ? "<NOSRV>" : facts.server).append(" ");
  return out;
}

// " actconn/feconn/beconn/srvconn/retries srv_queue/backend_queue"
std::string load_text(const LogFacts& facts) {
  std::string out;
  for (const std::uint32_t count :
       {facts.active, facts.frontend_active, facts.backend_active, facts.server_active}) {
    out.append(out.empty() ? " " : "/").append(std::to_string(count));
  }
  out.append(facts.redispatched ? "/+" : "/").append(std::to_string(facts.retries));
  out.append(" ").append(std::to_string(facts.server_queue));
  out.append("/").append(std::to_string(facts.backend_queue));
  return out;
}

std::string tcp_line(const LogFacts& facts) {
  std::string out = origin_text(facts);
  out.append(timer_text(facts.queue)).append("/").append(timer_text(facts.connect));
  out.append("/").append(timer_text(facts.total)).append(" ").append(std::to_string(facts.bytes));
  out.append({' ', facts.termination.cause, facts.termination.phase});
  return out + load_text(facts);
}

std::string http_line(const LogFacts& facts) {
  std::string out = origin_text(facts);
  out.append(timer_text(facts.request)).append("/").append(timer_text(facts.queue));
  out.append("/").append(timer_text(facts.connect)).append("/").append(timer_text(facts.response));
  out.append("/").append(timer_text(facts.total)).append(" ").append(std::to_string(facts.status));
  out.append(" ").append(std::to_string(facts.bytes)).append(" - - ");
  const Termination& end = facts.termination;
  out.append({end.cause, end.phase, end.client_cookie, end.server_cookie});
  out.append(load_text(facts)).append(" \"");
  if (facts.request_line.empty()) {
    out.append("<BADREQ>");
  } else {
    append_escaped(out, facts.request_line);
  }
  return out + "\"";
}

std::string default_line(const LogFacts& facts) {
  std::string out = "Connect from " + address_text(facts.client) + " to ";
  out.append(address_text(facts.destination)).append(" (").append(facts.frontend);
  return out + (facts.mode == config::Mode::Http ? "/HTTP)" : "/TCP)");
}

}  // namespace

std::string log_line(config::LogFormat format, const LogFacts& facts) {
  switch (format) {
    case config::LogFormat::None:
      return default_line(facts);
    case config::LogFormat::Tcp:
      return tcp_line(facts);
    case config::LogFormat::Http:
      return http_line(facts);
  }
  return {};
}

std::string syslog_header(int facility, int severity, const LogTime& now, std::string_view tag,
                          int pid) {
  assert(facility >= 0 && facility <= 23 && severity >= 0 && severity <= 7);
  std::string out = "<" + std::to_string(facility * 8 + severity) + ">";
  out.append(month_name(now.month)).append(" ").append(padded(now.day, 2, ' ')).append(" ");
  out.append(clock_text(now)).append(" ").append(tag);
  return out + "[" + std::to_string(pid) + "]: ";
}

}  // namespace wslb::proxy::http
