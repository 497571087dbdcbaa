// The `global` section.
#include <array>
#include <limits>
#include <vector>

#include "config/dispatch.h"
#include "config/haproxy_words.h"
#include "config/log_line.h"
#include "config/once.h"
#include "config/section.h"
#include "config/stats_socket.h"

namespace wslb::config {
namespace {

void daemon(Draft& draft, const Statement& /*statement*/) {
  draft.global.daemon = true;
}

void maxconn(Draft& draft, const Statement& statement) {
  if (!is_first(draft.global_places, statement)) return;
  if (const auto value = statement.integer(0, 0, std::numeric_limits<std::int32_t>::max())) {
    draft.global.maxconn = static_cast<std::uint32_t>(*value);
  }
}

void nbthread(Draft& draft, const Statement& statement) {
  if (const auto value = statement.integer(0, 1, 64)) {
    draft.global.nbthread = static_cast<int>(*value);
  }
}

void pidfile(Draft& draft, const Statement& statement) {
  if (is_first(draft.global_places, statement)) draft.global.pidfile = statement[0];
}

void log(Draft& draft, const Statement& statement) {
  if (statement.prefix() != Prefix::None) {
    draft.global.logs.clear();
  } else if (statement.is(0, "global")) {
    statement.error("cannot mean 'global' within 'global'; expects the address of a log server");
  } else if (auto target = parse_log_line(statement)) {
    draft.global.logs.push_back(std::move(*target));
  }
}

void drain_rate(Draft& draft, const Statement& statement) {
  const std::string& rate = statement[0];
  const std::size_t slash = rate.find("/s");
  if (slash == std::string::npos || slash + 2 != rate.size()) {
    return statement.expects("a rate such as 100/s");
  }
  const auto number = statement.accept(parse_integer(rate.substr(0, slash), 1, 1'000'000));
  if (!number) return;
  DrainRate drain{static_cast<int>(*number), std::nullopt};
  if (statement.size() > 1) {
    if (!statement.is(1, "deadline") || statement.size() != 3) {
      return statement.error("expects 'deadline DURATION' after the rate");
    }
    drain.deadline = statement.duration(2);
    if (!drain.deadline) return;
  }
  draft.global.drain_rate = drain;
}

void log_tag(Draft& draft, const Statement& statement) {
  draft.global.log_tag = statement[0];
}

void log_send_hostname(Draft& draft, const Statement& statement) {
  draft.global.log_host_name = statement[0];
}

void stats_socket(Draft& draft, const Statement& statement) {
  for (StatsSocket& socket : parse_stats_socket(statement)) {
    draft.global.stats_sockets.push_back(std::move(socket));
  }
}

void stats_timeout(Draft& draft, const Statement& statement) {
  const auto timeout = statement.accept(parse_timer(statement[0]));
  if (timeout) draft.global.stats_timeout = *timeout;
}

void stats_maxconn(Draft& draft, const Statement& statement) {
  const auto number = statement.integer(0, 1, std::numeric_limits<std::int32_t>::max());
  if (number) draft.global.stats_maxconn = static_cast<int>(*number);
}

void io_uring(Draft& draft, const Statement& statement) {
  draft.global.io_uring = statement.is(0, "on");
  if (!draft.global.io_uring && !statement.is(0, "off")) statement.expects("'on' or 'off'");
}

constexpr auto kGlobalKeywords = std::to_array<Keyword<Draft>>({
    {.name = "daemon", .usage = "daemon", .apply = daemon},
    {"maxconn", "maxconn NUMBER", 1, 1, maxconn},
    {"nbthread", "nbthread NUMBER", 1, 1, nbthread},
    {.name = "log",
     .usage = "log ADDRESS [len N] [format F] FACILITY [LEVEL [MINLEVEL]]",
     .arguments_min = 1,
     .arguments_max = kAnyNumber,
     .apply = log,
     .negatable = true},
    {"log-tag", "log-tag NAME", 1, 1, log_tag},
    {"log-send-hostname", "log-send-hostname [NAME]", 0, 1, log_send_hostname},
    {"pidfile", "pidfile FILE", 1, 1, pidfile},
    {"stats socket", "stats socket PATH|ADDRESS:PORT [level LEVEL] [OPTION...]", 1, kAnyNumber,
     stats_socket},
    {"stats maxconn", "stats maxconn NUMBER", 1, 1, stats_maxconn},
    {"stats timeout", "stats timeout DURATION", 1, 1, stats_timeout},
    {"tune.wslb.io-uring", "tune.wslb.io-uring on|off", 1, 1, io_uring},
    {"drain-rate", "drain-rate NUMBER/s [deadline DURATION]", 1, 3, drain_rate},
});

}  // namespace

Keywords<Draft> global_keywords() {
  return kGlobalKeywords;
}

void read_global_line(const Line& line, Draft& draft, Diagnostics& diagnostics) {
  static const std::vector<Keyword<Draft>> kAll = [] {
    std::vector<Keyword<Draft>> all;
    for (const auto part : {global_keywords(), global_tls_keywords()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  dispatch<Draft>(line, kAll, {"global", haproxy_global_keywords(), meaningless_global_keywords()},
                  draft, diagnostics);
}

}  // namespace wslb::config
