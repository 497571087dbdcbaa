#include "proxy/prometheus.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace wslb::proxy {
namespace {

struct Metric {
  std::string_view name;    // without the prefix
  std::string_view source;  // a column of `show stat`, a figure of `show info`
};

// Of the process.
constexpr auto kProcess = std::to_array<Metric>({
    {"nbthread", "Nbthread"},
    {"uptime_seconds", "Uptime_sec"},
    {"max_fds", "Ulimit-n"},
    {"max_connections", "Maxconn"},
    {"hard_max_connections", "Hard_maxconn"},
    {"current_connections", "CurrConns"},
    {"connections_total", "CumConns"},
    {"requests_total", "CumReq"},
    {"current_connection_rate", "ConnRate"},
    {"max_connection_rate", "MaxConnRate"},
    {"stopping", "Stopping"},
    {"jobs", "Jobs"},
    {"listeners", "Listeners"},
    {"bytes_out_total", "TotalBytesOut"},
    {"start_time_seconds", "Start_time_sec"},
});

// Of frontends, backends and servers, where they have the column.
constexpr auto kRows = std::to_array<Metric>({
    {"current_queue", "qcur"},
    {"max_queue", "qmax"},
    {"current_sessions", "scur"},
    {"max_sessions", "smax"},
    {"limit_sessions", "slim"},
    {"sessions_total", "stot"},
    {"bytes_in_total", "bin"},
    {"bytes_out_total", "bout"},
    {"requests_denied_total", "dreq"},
    {"request_errors_total", "ereq"},
    {"connection_errors_total", "econ"},
    {"response_errors_total", "eresp"},
    {"retry_warnings_total", "wretr"},
    {"redispatch_warnings_total", "wredis"},
    {"weight", "weight"},
    {"uweight", "uweight"},
    {"active_servers", "act"},
    {"backup_servers", "bck"},
    {"check_failures_total", "chkfail"},
    {"check_up_down_total", "chkdown"},
    {"check_code", "check_code"},
    {"check_last_change_seconds", "lastchg"},
    {"downtime_seconds_total", "downtime"},
    {"queue_limit", "qlimit"},
    {"loadbalanced_total", "lbtot"},
    {"max_session_rate", "rate_max"},
    {"http_requests_rate_max", "req_rate_max"},
    {"http_requests_total", "req_tot"},
    {"connections_rate_max", "conn_rate_max"},
    {"connections_total", "conn_tot"},
    {"intercepted_requests_total", "intercepted"},
    {"client_aborts_total", "cli_abrt"},
    {"server_aborts_total", "srv_abrt"},
    {"last_session_seconds", "lastsess"},
    {"connection_attempts_total", "connect"},
    {"connection_reuses_total", "reuse"},
});

// What HAProxy's exporter tells of backends only.
constexpr auto kNotOfServers = std::to_array<std::string_view>({"act", "bck", "req_tot"});

struct Answers {
  std::string_view code;
  std::string_view column;
};
constexpr auto kAnswers = std::to_array<Answers>({{"1xx", "hrsp_1xx"},
                                                  {"2xx", "hrsp_2xx"},
                                                  {"3xx", "hrsp_3xx"},
                                                  {"4xx", "hrsp_4xx"},
                                                  {"5xx", "hrsp_5xx"},
                                                  {"other", "hrsp_other"}});
constexpr auto kProxyStates = std::to_array<std::string_view>({"DOWN", "UP"});
constexpr auto kServerStates =
    std::to_array<std::string_view>({"DOWN", "UP", "MAINT", "DRAIN", "NOLB"});

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\' || c == '"') result += '\\';
    result += c;
  }
  return result;
}

class Exposition {
 public:
  explicit Exposition(const std::vector<StatsRow>& rows) : rows_(rows) {}

  void begin(const std::string& name) {
    const bool counts = name.ends_with("_total");
    text_ += "# TYPE " + name + (counts ? " counter\n" : " gauge\n");
  }
  void line(const std::string& name, const std::string& labels, std::string_view value) {
    text_.append(name).append(labels.empty() ? "" : "{" + labels + "}");
    text_.append(" ").append(value).append("\n");
  }

  void add_rows(StatsRow::Type type, const std::string& prefix) {
    for (const Metric& metric : kRows) add_column(type, prefix, metric);
    add_states(type, prefix + "status");
    add_answers(type, prefix + "http_responses_total");
  }

  void add_gauge(StatsRow::Type type, const std::string& name, std::uint64_t StatsRow::*figure) {
    begin(name);
    for (const StatsRow& row : rows_) {
      if (row.type == type) line(name, labels(row), std::to_string(row.*figure));
    }
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  static std::string labels(const StatsRow& row) {
    std::string text = "proxy=\"" + escaped(row.value("pxname")) + "\"";
    if (row.type != StatsRow::Type::Server) return text;
    return text + ",server=\"" + escaped(row.value("svname")) + "\"";
  }

  void add_column(StatsRow::Type type, const std::string& prefix, const Metric& metric) {
    const bool of_server = type == StatsRow::Type::Server;
    if (of_server && std::ranges::count(kNotOfServers, metric.source) > 0) return;
    const std::string name = prefix + std::string(metric.name);
    bool begun = false;
    for (const StatsRow& row : rows_) {
      const std::string_view value = row.value(metric.source);
      if (row.type != type || value.empty()) continue;
      if (!begun) begin(name);
      begun = true;
      line(name, labels(row), value);
    }
  }

  void add_states(StatsRow::Type type, const std::string& name) {
    begin(name);
    const bool of_server = type == StatsRow::Type::Server;
    const auto states = of_server ? std::span<const std::string_view>(kServerStates)
                                  : std::span<const std::string_view>(kProxyStates);
    for (const StatsRow& row : rows_) {
      if (row.type != type) continue;
      const std::string_view status = row.value("status");
      const bool stopped = status == "STOP" || status == "PAUSED";
      const bool up = status == "OPEN" || status == "FULL" || status == "no check";
      for (const std::string_view state : states) {
        const std::string_view word = status.substr(0, status.find(' '));  // of "UP 1/3"
        const std::string_view now = up ? "UP" : stopped ? "DOWN" : word;
        line(name, labels(row) + ",state=\"" + std::string(state) + "\"", now == state ? "1" : "0");
      }
    }
  }

  void add_answers(StatsRow::Type type, const std::string& name) {
    begin(name);
    for (const Answers& answers : kAnswers) {
      for (const StatsRow& row : rows_) {
        const std::string_view value = row.value(answers.column);
        if (row.type != type || value.empty()) continue;
        line(name, labels(row) + ",code=\"" + std::string(answers.code) + "\"", value);
      }
    }
  }

  const std::vector<StatsRow>& rows_;
  std::string text_;
};

}  // namespace

std::string prometheus_text(const std::vector<StatsRow>& rows,
                            const std::vector<StatsField>& info) {
  Exposition text(rows);
  const auto process = [&](const std::string& name, std::string_view figure) {
    const auto field = std::ranges::find(info, figure, &StatsField::name);
    if (field == info.end()) return;
    text.begin(name);
    text.line(name, "", field->value);
  };
  for (const Metric& metric : kProcess) {
    process("haproxy_process_" + std::string(metric.name), metric.source);
  }
  process("wslb_process_open_tunnels", "Tunnels");
  using Type = StatsRow::Type;
  constexpr auto kTypes = std::to_array<std::pair<Type, std::string_view>>(
      {{Type::Frontend, "frontend_"}, {Type::Backend, "backend_"}, {Type::Server, "server_"}});
  for (const auto& [type, name] : kTypes) {
    text.add_rows(type, "haproxy_" + std::string(name));
    text.add_gauge(type, "wslb_" + std::string(name) + "open_tunnels", &StatsRow::tunnels);
  }
  text.add_gauge(Type::Server, "wslb_server_sessions_elsewhere", &StatsRow::elsewhere);
  return text.take();
}

}  // namespace wslb::proxy
