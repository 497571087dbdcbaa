// HAProxy's log-format strings: "%ci:%cp [%tr] %ft", read once into typed parts. Log lines,
// unique-id-format and the values of header rules are written in them; proxy/http/log_text.h
// evaluates them.
//
//   %NAME  %[SAMPLE]  %{+Q,-E}NAME  %{+Q}o  %%        Q quotes, E escapes for RFC 5424, X
//   hexadecimal;
//                                          on %o the flags count for all that follows
//
// In a line blanks are merged and an empty value shows as '-'; a value is taken as it is written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/sample.h"

namespace wslb::config {

enum class LogVariable : std::uint8_t {
  Text,       // no variable: LogPart::text
  Separator,  // blanks of a line
  Sample,     // %[...]: LogPart::sample
  ActiveConnections,
  ActiveTime,
  Backend,
  BackendConnections,
  BackendQueue,
  BytesFromClient,
  BytesFromServer,
  ClientIp,
  ClientPort,
  ConnectTime,
  DataTime,
  Date,
  DateGmt,
  DateLocal,
  Frontend,
  FrontendConnections,
  FrontendIp,
  FrontendPort,
  FrontendTransport,
  HandshakeTime,
  HostName,
  IdleTime,
  LineCounter,
  Method,
  Milliseconds,
  Path,
  ProcessId,
  Query,
  QueueTime,
  RequestCookie,
  RequestCounter,
  RequestDate,
  RequestDateGmt,
  RequestDateLocal,
  RequestHeaders,
  RequestHeaderList,
  RequestLine,
  RequestTime,
  ResponseCookie,
  ResponseHeaders,
  ResponseHeaderList,
  ResponseTime,
  Retries,
  Server,
  ServerConnections,
  ServerIp,
  ServerPort,
  ServerQueue,
  SourceIp,  // ours towards the server
  SourcePort,
  Status,
  TermCookies,  // the termination state with the cookies' part
  TermState,
  Timestamp,
  TlsCipher,
  TlsVersion,
  TotalTime,
  TotalTimeFromRequest,  // Tq
  UniqueId,
  UntilClose,  // Tu
  Uri,
  UriWithoutQuery,
  Version,
};

struct LogPart {
  LogVariable variable = LogVariable::Text;
  std::string text;
  bool quoted = false;
  bool escaped = false;
  bool hex = false;
  std::optional<config::Sample> sample;
};

enum class LogFormatUse : std::uint8_t { Line, Value };

struct LogFormat {
  LogFormatUse use = LogFormatUse::Line;
  std::vector<LogPart> parts;

  [[nodiscard]] bool empty() const { return parts.empty(); }
};

// The error is a clause that begins with a verb: "knows no variable '%zz'; ...".
[[nodiscard]] base::Result<LogFormat> parse_log_format(std::string_view text, LogFormatUse use);

// The text as it stands.
[[nodiscard]] LogFormat literal_format(std::string_view text);

// The first variable that means something in `mode http` alone, as it is written; else empty.
[[nodiscard]] std::string_view http_only_variable(const LogFormat& format);

// What `option httplog`, `option tcplog` and none of them stand for.
[[nodiscard]] const LogFormat& http_log_format();
[[nodiscard]] const LogFormat& tcp_log_format();
[[nodiscard]] const LogFormat& default_log_format(bool http);

}  // namespace wslb::config
