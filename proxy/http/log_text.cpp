#include "proxy/http/log_text.h"

#include <array>

#include "proxy/http/encoding.h"
#include "proxy/http/log_date.h"
#include "proxy/http/log_request_line.h"
#include "proxy/http/sample.h"

namespace wslb::proxy::http {

using config::LogVariable;

namespace {

struct TimerRow {
  LogVariable variable;
  LogFacts::Timer LogFacts::*value;
  bool grows = false;
};
constexpr auto kTimers = std::to_array<TimerRow>({
    {LogVariable::HandshakeTime, &LogFacts::handshake},
    {LogVariable::IdleTime, &LogFacts::idle},
    {LogVariable::RequestTime, &LogFacts::request},
    {LogVariable::TotalTimeFromRequest, &LogFacts::arrival},
    {LogVariable::QueueTime, &LogFacts::queue},
    {LogVariable::ConnectTime, &LogFacts::connect},
    {LogVariable::ResponseTime, &LogFacts::response},
    {LogVariable::DataTime, &LogFacts::data},
    {LogVariable::ActiveTime, &LogFacts::active, true},
    {LogVariable::TotalTime, &LogFacts::total, true},
    {LogVariable::UntilClose, &LogFacts::user, true},
});

struct DateRow {
  LogVariable variable;
  LogTime LogFacts::*value;
  std::string (*text)(const LogTime&);
};
constexpr auto kDates = std::to_array<DateRow>({
    {LogVariable::Date, &LogFacts::accepted, date_with_milliseconds},
    {LogVariable::DateGmt, &LogFacts::accepted, date_gmt},
    {LogVariable::DateLocal, &LogFacts::accepted, date_local},
    {LogVariable::RequestDate, &LogFacts::begun, date_with_milliseconds},
    {LogVariable::RequestDateGmt, &LogFacts::begun, date_gmt},
    {LogVariable::RequestDateLocal, &LogFacts::begun, date_local},
});

struct EndpointRow {
  LogVariable address;
  LogVariable port;
  std::optional<base::Endpoint> LogFacts::*value;
};
constexpr auto kEndpoints = std::to_array<EndpointRow>({
    {LogVariable::ClientIp, LogVariable::ClientPort, &LogFacts::client},
    {LogVariable::FrontendIp, LogVariable::FrontendPort, &LogFacts::destination},
    {LogVariable::SourceIp, LogVariable::SourcePort, &LogFacts::source},
    {LogVariable::ServerIp, LogVariable::ServerPort, &LogFacts::server_address},
});

struct CountRow {
  LogVariable variable;
  std::uint32_t LogFacts::*value;
};
constexpr auto kCounts = std::to_array<CountRow>({
    {LogVariable::ActiveConnections, &LogFacts::active_connections},
    {LogVariable::FrontendConnections, &LogFacts::frontend_connections},
    {LogVariable::BackendConnections, &LogFacts::backend_connections},
    {LogVariable::ServerConnections, &LogFacts::server_connections},
    {LogVariable::ServerQueue, &LogFacts::server_queue},
    {LogVariable::BackendQueue, &LogFacts::backend_queue},
});

struct TextRow {
  LogVariable variable;
  std::string (*value)(const LogFacts&);
};
constexpr auto kTexts = std::to_array<TextRow>({
    {LogVariable::Frontend, [](const LogFacts& facts) { return std::string(facts.frontend); }},
    {LogVariable::FrontendTransport,
     [](const LogFacts& facts) { return std::string(facts.frontend) + (facts.tls ? "~" : ""); }},
    {LogVariable::Backend, [](const LogFacts& facts) { return std::string(facts.backend); }},
    {LogVariable::Server,
     [](const LogFacts& facts) {
       return std::string(facts.server.empty() ? "<NOSRV>" : facts.server);
     }},
    {LogVariable::HostName, [](const LogFacts& facts) { return std::string(facts.host_name); }},
    {LogVariable::UniqueId, [](const LogFacts& facts) { return log_encode(facts.unique_id, ""); }},
    {LogVariable::TlsCipher, [](const LogFacts& facts) { return std::string(facts.tls_cipher); }},
    {LogVariable::TlsVersion, [](const LogFacts& facts) { return std::string(facts.tls_version); }},
    {LogVariable::RequestCookie,
     [](const LogFacts& facts) { return log_encode(facts.request_cookie, ""); }},
    {LogVariable::ResponseCookie,
     [](const LogFacts& facts) { return log_encode(facts.response_cookie, ""); }},
});

std::uint64_t milliseconds_of(const LogTime& time) {
  return static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::milliseconds>(time.at).time_since_epoch().count());
}

// Numbers that may be written in hexadecimal, with at least so many digits.
struct NumberRow {
  LogVariable variable;
  std::uint64_t (*value)(const LogFacts&);
  std::size_t hex_digits;
  std::size_t digits = 1;
};
constexpr auto kNumbers = std::to_array<NumberRow>({
    {LogVariable::Timestamp,
     [](const LogFacts& facts) { return milliseconds_of(facts.accepted) / 1000; }, 4},
    {LogVariable::Milliseconds,
     [](const LogFacts& facts) { return milliseconds_of(facts.accepted) % 1000; }, 2, 3},
    {LogVariable::ProcessId,
     [](const LogFacts& facts) { return static_cast<std::uint64_t>(facts.process_id); }, 4},
    {LogVariable::RequestCounter,
     [](const LogFacts& facts) { return std::uint64_t{facts.request_counter}; }, 4},
    {LogVariable::LineCounter,
     [](const LogFacts& facts) { return std::uint64_t{facts.line_counter}; }, 4},
});

// What is written as it is, whatever the flags. Nothing where the variable is of another kind.
std::optional<std::string> plain_value(LogVariable variable, const LogFacts& facts) {
  const Termination& end = facts.termination;
  if (variable == LogVariable::BytesFromServer) {
    return (facts.early ? "+" : "") + std::to_string(facts.bytes_from_server);
  }
  if (variable == LogVariable::BytesFromClient) return std::to_string(facts.bytes_from_client);
  if (variable == LogVariable::Status) return std::to_string(facts.status);
  if (variable == LogVariable::Retries) {
    return (facts.redispatched ? "+" : "") + std::to_string(facts.retries);
  }
  if (variable == LogVariable::TermState) return std::string{end.cause, end.phase};
  if (variable == LogVariable::TermCookies) {
    return std::string{end.cause, end.phase, end.client_cookie, end.server_cookie};
  }
  return std::nullopt;
}

class Writer {
 public:
  Writer(const config::LogFormat& format, const LogFacts& facts, const Transaction* transaction)
      : format_(format), facts_(facts), transaction_(transaction) {}

  std::string run() {
    for (const config::LogPart& part : format_.parts) {
      if (part.variable == LogVariable::Text) {
        out_ += part.text;
      } else if (part.variable == LogVariable::Separator) {
        // Blanks around what is empty are one, and a line begins with none.
        if (!out_.empty() && out_.back() != ' ') out_ += ' ';
      } else if (part.sample) {
        write_sample(part);
      } else if (const auto value = plain_value(part.variable, facts_)) {
        out_ += *value;
      } else if (!write_text(part) && !write_row(part) && !write_endpoint(part)) {
        write_captures(part);
      }
    }
    return std::move(out_);
  }

 private:
  void text(const config::LogPart& part, std::string_view value) {
    if (value.empty()) {
      out_ += part.quoted ? "\"\"" : format_.use == config::LogFormatUse::Line ? "-" : "";
      return;
    }
    if (part.quoted) out_ += '"';
    append(part, value);
    if (part.quoted) out_ += '"';
  }

  void append(const config::LogPart& part, std::string_view value) {
    for (const char c : value) {
      if (part.escaped && (c == '"' || c == '\\' || c == ']')) out_ += '\\';
      out_ += c;
    }
  }

  // Of a value HAProxy quotes no samples.
  void write_sample(const config::LogPart& part) {
    const std::string value = transaction_ ? sample_text(*part.sample, *transaction_) : "";
    if (format_.use == config::LogFormatUse::Line) return text(part, log_encode(value, ""));
    append(part, value);
  }

  void write_address(const config::LogPart& part, const std::optional<base::Endpoint>& endpoint) {
    if (!endpoint || !part.hex || !endpoint->address.is_v4()) {
      return text(part, endpoint ? endpoint->address.to_string() : "");
    }
    for (const auto byte : endpoint->address.bytes()) {
      out_ += hexadecimal(static_cast<std::uint64_t>(byte), 2);
    }
  }

  // Each returns false where the variable is not of its kind.
  bool write_text(const config::LogPart& part);
  bool write_row(const config::LogPart& part);
  bool write_endpoint(const config::LogPart& part);
  bool write_captures(const config::LogPart& part);

  const config::LogFormat& format_;
  const LogFacts& facts_;
  const Transaction* transaction_;
  std::string out_;
};

bool Writer::write_text(const config::LogPart& part) {
  for (const auto& [variable, value] : kTexts) {
    if (variable != part.variable) continue;
    text(part, value(facts_));
    return true;
  }
  const auto request = request_part(facts_.request_line, part.variable);
  if (!request) return false;
  const bool no_query = part.variable == LogVariable::Query && request->empty();
  if (facts_.request_line.empty() || part.quoted || !no_query) {
    text(part, facts_.request_line.empty() ? "<BADREQ>" : log_encode(*request, "\"#"));
  }
  return true;
}

bool Writer::write_row(const config::LogPart& part) {
  for (const auto& [variable, member, grows] : kTimers) {
    if (variable != part.variable) continue;
    const LogFacts::Timer& timer = facts_.*member;
    if (grows && facts_.early) out_ += '+';
    out_ += timer ? std::to_string(timer->count()) : "-1";
    return true;
  }
  for (const auto& [variable, member, to_text] : kDates) {
    if (variable != part.variable) continue;
    out_ += to_text(facts_.*member);
    return true;
  }
  for (const auto& [variable, value, hex_digits, digits] : kNumbers) {
    if (variable != part.variable) continue;
    out_ += part.hex ? hexadecimal(value(facts_), hex_digits) : decimal(value(facts_), digits);
    return true;
  }
  for (const auto& [variable, member] : kCounts) {
    if (variable != part.variable) continue;
    out_ += std::to_string(facts_.*member);
    return true;
  }
  return false;
}

bool Writer::write_endpoint(const config::LogPart& part) {
  for (const auto& [address, port, member] : kEndpoints) {
    const std::optional<base::Endpoint>& endpoint = facts_.*member;
    if (address != part.variable && port != part.variable) continue;
    if (address == part.variable) {
      write_address(part, endpoint);
    } else if (!endpoint) {
      text(part, "");
    } else {
      out_ += part.hex ? hexadecimal(endpoint->port, 4) : std::to_string(endpoint->port);
    }
    return true;
  }
  return false;
}

bool Writer::write_captures(const config::LogPart& part) {
  const bool list = part.variable == LogVariable::RequestHeaderList ||
                    part.variable == LogVariable::ResponseHeaderList;
  const bool request = part.variable == LogVariable::RequestHeaders ||
                       part.variable == LogVariable::RequestHeaderList;
  const Captured* captured = request ? facts_.request_captures : facts_.response_captures;
  if (!list && !request && part.variable != LogVariable::ResponseHeaders) return false;
  if (captured == nullptr) return true;
  std::string all;
  for (std::size_t i = 0; i < captured->size(); ++i) {
    const std::string value = log_encode((*captured)[i], "\"#{|}");
    if (list) {
      if (i > 0) out_ += ' ';
      text(part, value);
    } else {
      all.append(i > 0 ? "|" : "").append(value);
    }
  }
  if (!list) text(part, "{" + all + "}");
  return true;
}

}  // namespace

std::string log_text(const config::LogFormat& format, const LogFacts& facts,
                     const Transaction* transaction) {
  return Writer(format, facts, transaction).run();
}

}  // namespace wslb::proxy::http
