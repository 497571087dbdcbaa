// What a health check does, step by step: `option httpchk` and `http-check`, `option tcp-check` and
// `tcp-check`, `option redis-check`. The script begins with a connect; where no line says so it is
// an implicit one. Built by CheckScript, run by the proxy's HealthChecker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/ip_address.h"
#include "base/regex.h"
#include "config/check_status.h"

namespace wslb::config {

// `connect [default] [port P] [addr A] [ssl] [sni N] [send-proxy] [linger]`
struct CheckConnect {
  bool implicit = false;
  bool as_server = false;  // TLS and PROXY header as the server's line says
  bool tls = false;
  bool send_proxy = false;
  bool linger = false;  // ends with a FIN instead of a reset
  // Else the one for checks, else the server's.
  std::optional<base::IpAddress> address = std::nullopt;
  std::uint16_t port = 0;  // 0: as the address
  std::string sni{};
};

// What one HTTP check asks; what is not said is OPTIONS, / and HTTP/1.0.
struct CheckRequest {
  std::optional<std::string> method;
  std::optional<std::string> uri;
  std::optional<std::string> version;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool from_option = false;  // no `http-check send` has been merged into it
};

struct CheckSend {
  std::string bytes;                    // of a TCP check
  std::optional<CheckRequest> request;  // of an HTTP check
};

// A name or value of a header.
struct CheckText {
  enum class Match : std::uint8_t { Exact, Begin, End, Contains, Regex };
  Match match = Match::Exact;
  std::string text;
  std::optional<base::Regex> regex;
};

struct CheckExpect {
  // Hex: the answer is matched as hexadecimal digits.
  enum class What : std::uint8_t { Status, StatusRegex, Header, Text, Binary, Regex, HexRegex };
  struct StatusRange {
    int first = 200;
    int last = 399;
  };

  What what = What::Status;
  bool negated = false;
  std::vector<StatusRange> statuses;
  std::string text;  // of Text, and of Binary in bytes
  std::optional<base::Regex> regex;
  CheckText header_name;
  std::optional<CheckText> header_value;  // nothing: the header is there
  bool whole_value = false;               // `fhdr`: commas do not part a value
  // Nothing: no match means that more may come. 0: what has come decides.
  std::optional<std::size_t> bytes_min;
  std::optional<CheckStatus> on_success;
  std::optional<CheckStatus> on_error;
  std::optional<CheckStatus> on_timeout;
};

struct CheckStep {
  std::variant<CheckConnect, CheckSend, CheckExpect> action;
  std::string comment;  // goes to the log where the step fails
  int number = 0;       // among the script's lines; 0: implicit
};

struct HealthCheck {
  // Connect: no option says more.
  enum class Protocol : std::uint8_t { Connect, Tcp, Http, Redis };

  Protocol protocol = Protocol::Connect;
  std::vector<CheckStep> steps{{CheckConnect{.implicit = true, .as_server = true}, {}, 0}};
  bool disable_on_404 = false;
  bool logged = false;  // `option log-health-checks`
};

}  // namespace wslb::config
