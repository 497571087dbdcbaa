#include "config/log_format.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "config/spelling.h"

namespace wslb::config {
namespace {

using Variable = LogVariable;

struct Named {
  std::string_view name;
  Variable variable;
  bool http_only = false;
};

constexpr auto kVariables = std::to_array<Named>({
    {"B", Variable::BytesFromServer},
    {"CC", Variable::RequestCookie, true},
    {"CS", Variable::ResponseCookie, true},
    {"H", Variable::HostName},
    {"HM", Variable::Method, true},
    {"HP", Variable::UriWithoutQuery, true},
    {"HPO", Variable::Path, true},
    {"HQ", Variable::Query, true},
    {"HU", Variable::Uri, true},
    {"HV", Variable::Version, true},
    {"ID", Variable::UniqueId},
    {"ST", Variable::Status},
    {"T", Variable::DateGmt},
    {"TR", Variable::RequestTime, true},
    {"Ta", Variable::ActiveTime, true},
    {"Tc", Variable::ConnectTime},
    {"Td", Variable::DataTime},
    {"Th", Variable::HandshakeTime},
    {"Ti", Variable::IdleTime, true},
    {"Tl", Variable::DateLocal},
    {"Tq", Variable::TotalTimeFromRequest, true},
    {"Tr", Variable::ResponseTime, true},
    {"Ts", Variable::Timestamp},
    {"Tt", Variable::TotalTime},
    {"Tu", Variable::UntilClose},
    {"Tw", Variable::QueueTime},
    {"U", Variable::BytesFromClient},
    {"ac", Variable::ActiveConnections},
    {"b", Variable::Backend},
    {"bc", Variable::BackendConnections},
    {"bi", Variable::SourceIp},
    {"bp", Variable::SourcePort},
    {"bq", Variable::BackendQueue},
    {"ci", Variable::ClientIp},
    {"cp", Variable::ClientPort},
    {"f", Variable::Frontend},
    {"fc", Variable::FrontendConnections},
    {"fi", Variable::FrontendIp},
    {"fp", Variable::FrontendPort},
    {"ft", Variable::FrontendTransport},
    {"hr", Variable::RequestHeaders},
    {"hrl", Variable::RequestHeaderList},
    {"hs", Variable::ResponseHeaders},
    {"hsl", Variable::ResponseHeaderList},
    {"lc", Variable::LineCounter},
    {"ms", Variable::Milliseconds},
    {"pid", Variable::ProcessId},
    {"r", Variable::RequestLine, true},
    {"rc", Variable::Retries},
    {"rt", Variable::RequestCounter},
    {"s", Variable::Server},
    {"sc", Variable::ServerConnections},
    {"si", Variable::ServerIp},
    {"sp", Variable::ServerPort},
    {"sq", Variable::ServerQueue},
    {"sslc", Variable::TlsCipher},
    {"sslv", Variable::TlsVersion},
    {"t", Variable::Date},
    {"tr", Variable::RequestDate, true},
    {"trg", Variable::RequestDateGmt, true},
    {"trl", Variable::RequestDateLocal, true},
    {"ts", Variable::TermState},
    {"tsc", Variable::TermCookies},
});

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct Flags {
  bool quoted = false;
  bool escaped = false;
  bool hex = false;
};

class Parser {
 public:
  Parser(std::string_view text, LogFormatUse use) : rest_(text) { format_.use = use; }

  base::Result<LogFormat> run() {
    while (!rest_.empty()) {
      if (rest_.starts_with('%')) {
        rest_.remove_prefix(1);
        if (const auto error = read_variable()) return base::Error{*error};
      } else if (rest_.starts_with(' ') && format_.use == LogFormatUse::Line) {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
        format_.parts.emplace_back().variable = Variable::Separator;
      } else {
        const auto end = std::min(
            rest_.find_first_of(format_.use == LogFormatUse::Line ? "% " : "%"), rest_.size());
        add_text(rest_.substr(0, end));
        rest_.remove_prefix(end);
      }
    }
    return std::move(format_);
  }

 private:
  using Complaint = std::optional<std::string>;

  void add_text(std::string_view text) {
    auto& parts = format_.parts;
    if (parts.empty() || parts.back().variable != Variable::Text) parts.emplace_back();
    parts.back().text += text;
  }

  // What follows a '%'.
  Complaint read_variable() {
    if (rest_.starts_with('%')) {
      add_text("%");
      rest_.remove_prefix(1);
      return std::nullopt;
    }
    Flags flags = global_;
    if (rest_.starts_with('{')) {
      if (auto error = read_flags(flags)) return error;
    }
    if (rest_.starts_with('[')) {
      return add_sample(flags);
    }
    const auto* const end = std::ranges::find_if_not(rest_, is_letter);
    const std::string_view name(rest_.data(), static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(name.size());
    if (name == "o") {
      global_ = flags;
      return std::nullopt;
    }
    return add_variable(name, flags);
  }

  Complaint add_variable(std::string_view name, const Flags& flags) {
    if (name.empty()) return "lacks the name of a variable after a '%'; '%%' stands for one '%'";
    const auto* const found = std::ranges::find(kVariables, name, &Named::name);
    if (found == kVariables.end()) {
      std::vector<std::string_view> names;
      for (const Named& variable : kVariables) names.push_back(variable.name);
      return "knows no variable '%" + std::string(name) + "'" + did_you_mean(name, names) +
             "; '%%' stands for one '%'";
    }
    format_.parts.push_back({.variable = found->variable,
                             .text{},
                             .quoted = flags.quoted,
                             .escaped = flags.escaped,
                             .hex = flags.hex,
                             .sample{}});
    return std::nullopt;
  }

  // "[EXPRESSION]".
  Complaint add_sample(const Flags& flags) {
    std::string_view after;
    auto sample = parse_sample(rest_.substr(1), &after);
    if (!sample) return "has a sample that " + sample.error().message;
    if (!after.starts_with(']')) return "lacks the ']' after '%['";
    rest_ = after.substr(1);
    format_.parts.push_back({.variable = Variable::Sample,
                             .text{},
                             .quoted = flags.quoted,
                             .escaped = flags.escaped,
                             .hex = flags.hex,
                             .sample = std::move(*sample)});
    return std::nullopt;
  }

  // "{+Q,-X}".
  Complaint read_flags(Flags& flags) {
    const auto close = rest_.find('}');
    if (close == std::string_view::npos) return "lacks the '}' after '%{'";
    std::string_view list = rest_.substr(1, close - 1);
    rest_.remove_prefix(close + 1);
    while (!list.empty()) {
      const std::string_view flag = list.substr(0, list.find(','));
      list.remove_prefix(std::min(flag.size() + 1, list.size()));
      const bool known = flag.size() == 2 && (flag[0] == '+' || flag[0] == '-') &&
                         std::string_view("QEX").find(flag[1]) != std::string_view::npos;
      if (!known)
        return "knows no flag '" + std::string(flag) + "'; expects +Q, +E or +X, or - before it";
      bool& target = flag[1] == 'Q' ? flags.quoted : flag[1] == 'E' ? flags.escaped : flags.hex;
      target = flag[0] == '+';
    }
    return std::nullopt;
  }

  std::string_view rest_;
  Flags global_;
  LogFormat format_;
};

LogFormat built_in(std::string_view text) {
  return *parse_log_format(text, LogFormatUse::Line);
}

}  // namespace

base::Result<LogFormat> parse_log_format(std::string_view text, LogFormatUse use) {
  return Parser(text, use).run();
}

LogFormat literal_format(std::string_view text) {
  LogFormat format;
  format.use = LogFormatUse::Value;
  format.parts.emplace_back().text = text;
  return format;
}

std::string_view http_only_variable(const LogFormat& format) {
  for (const LogPart& part : format.parts) {
    const auto* const found = std::ranges::find(kVariables, part.variable, &Named::variable);
    if (found != kVariables.end() && found->http_only) return found->name;
  }
  return {};
}

const LogFormat& http_log_format() {
  static const LogFormat kFormat = built_in(
      "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq "
      "%hr %hs %{+Q}r");
  return kFormat;
}

const LogFormat& tcp_log_format() {
  static const LogFormat kFormat =
      built_in("%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq");
  return kFormat;
}

const LogFormat& default_log_format(bool http) {
  static const LogFormat kHttp = built_in("Connect from %ci:%cp to %fi:%fp (%f/HTTP)");
  static const LogFormat kTcp = built_in("Connect from %ci:%cp to %fi:%fp (%f/TCP)");
  return http ? kHttp : kTcp;
}

}  // namespace wslb::config
