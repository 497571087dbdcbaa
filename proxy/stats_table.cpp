#include "proxy/stats_table.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "proxy/stats_column.h"

namespace wslb::proxy {
namespace {

std::string seconds_since(base::TimePoint begin) {
  const auto since = std::chrono::steady_clock::now() - begin;
  return std::to_string(std::chrono::floor<std::chrono::seconds>(since).count());
}

class Values {
 public:
  explicit Values(StatsRow& row) : row_(row) {}

  void set(std::string_view column, std::string value) {
    const std::size_t position = stats_position(column);
    const StatsColumn& known = stats_columns()[position];
    row_.fields[position] = {position, known.name, known.tags, known.type, std::move(value)};
  }
  void set(std::string_view column, std::uint64_t value) { set(column, std::to_string(value)); }
  // Where a backend's means something else than a server's.
  void retag(std::string_view column, std::string_view tags) {
    row_.fields.at(stats_position(column)).tags = tags;
  }

  void set_traffic(const Statistics& statistics, const LiveTraffic::Bytes& live) {
    row_.tunnels = live.tunnels;
    set("rate", statistics.session_rate.now(std::chrono::steady_clock::now()));
    set("rate_max", statistics.session_rate.most());
    set("stot", statistics.sessions.value());
    set("bin", statistics.bytes_in.value() + live.in);
    set("bout", statistics.bytes_out.value() + live.out);
  }

  void set_answers(const Statistics& statistics) {
    set("hrsp_1xx", statistics.answers[1].value());
    set("hrsp_2xx", statistics.answers[2].value());
    set("hrsp_3xx", statistics.answers[3].value());
    set("hrsp_4xx", statistics.answers[4].value());
    set("hrsp_5xx", statistics.answers[5].value());
    set("hrsp_other", statistics.answers[Statistics::kOther].value());
  }

  // What servers and backends have in common.
  void set_exchanges(const Statistics& statistics) {
    set("econ", statistics.connect_errors.value());
    set("eresp", statistics.response_errors.value());
    set("wretr", statistics.retries.value());
    set("wredis", statistics.redispatches.value());
    set("lbtot", statistics.balanced.value());
    set("cli_abrt", statistics.client_aborts.value());
    set("srv_abrt", statistics.server_aborts.value());
    set("connect", statistics.connects.value());
    set("reuse", statistics.reuses.value());
    const base::TimePoint last = statistics.last_session;
    set("lastsess", last == base::TimePoint{} ? "-1" : seconds_since(last));
  }

 private:
  StatsRow& row_;
};

StatsRow begin_row(const config::ProxySection& section, StatsRow::Type type, std::size_t proxy,
                   std::size_t server, const std::string& name) {
  StatsRow row;
  row.type = type;
  row.proxy = proxy;
  row.server = server;
  Values values(row);
  values.set("pxname", section.name);
  values.set("svname", name);
  values.set("pid", 1);
  values.set("iid", proxy);
  values.set("sid", server);
  values.set("type", static_cast<std::uint64_t>(type));
  values.set("mode", std::string(section.mode == config::Mode::Http ? "http" : "tcp"));
  return row;
}

std::string status_of(const Frontend& frontend) {
  switch (frontend.state.load()) {
    case Frontend::State::Stopped:
      return "STOP";
    case Frontend::State::Paused:
      return "PAUSED";
    case Frontend::State::Open:
      break;
  }
  return frontend.gate.open() < frontend.gate.max() ? "OPEN" : "FULL";
}

StatsRow frontend_row(const Frontend& frontend, std::size_t proxy, const LiveTraffic& live) {
  StatsRow row = begin_row(frontend.section, StatsRow::Type::Frontend, proxy, 0, "FRONTEND");
  const Statistics& statistics = frontend.statistics;
  Values values(row);
  values.set("scur", frontend.gate.open());
  values.set("smax", statistics.sessions_most.value());
  values.set("slim", frontend.gate.max());
  values.set_traffic(statistics, live.of(frontend));
  values.set("dreq", statistics.denied_requests.value());
  values.set("ereq", statistics.refused_requests.value());
  values.set("status", status_of(frontend));
  if (frontend.section.mode == config::Mode::Http) {
    values.set_answers(statistics);
    values.set("req_tot", statistics.requests.value());
    values.set("req_rate", statistics.request_rate.now(std::chrono::steady_clock::now()));
    values.set("req_rate_max", statistics.request_rate.most());
    values.set("intercepted", statistics.intercepted.value());
  }
  values.set("conn_tot", statistics.sessions.value());
  values.set("conn_rate", statistics.session_rate.now(std::chrono::steady_clock::now()));
  values.set("conn_rate_max", statistics.session_rate.most());
  return row;
}

// With how far it is on its way to the other state, as in "UP 1/3".
std::string status_of(const ServerPool& pool, std::size_t index, const lb::ServerState& state) {
  const config::CheckParams& check = pool.section().servers[index].check;
  const int points = pool.checked(index).points;
  const auto part = [&check](int done, int of) {
    return check.enabled && done < of ? " " + std::to_string(done) + "/" + std::to_string(of) : "";
  };
  const std::string up = part(points - check.rise + 1, check.fall);
  switch (state.state()) {
    case lb::State::Maint:
      return state.unresolved ? "MAINT (resolution)" : "MAINT";
    case lb::State::Down:
      return points > 0 ? "DOWN" + part(points, check.rise) : "DOWN";
    case lb::State::Drain:
      return state.admin == lb::Admin::Drain ? "DRAIN" : "NOLB" + up;
    case lb::State::Up:
      break;
  }
  return pool.is_checked(index) ? "UP" + up : "no check";
}

void set_check(Values& values, const ServerPool& pool, std::size_t index,
               const lb::ServerState& state) {
  const config::CheckParams& check = pool.section().servers[index].check;
  const ServerPool::Checked checked = pool.checked(index);
  values.set("chkfail", checked.failures);
  values.set("chkdown", state.times_down);
  values.set("check_rise", static_cast<std::uint64_t>(check.rise));
  values.set("check_fall", static_cast<std::uint64_t>(check.fall));
  values.set("check_health", static_cast<std::uint64_t>(checked.points));
  const bool away = state.state() == lb::State::Down || state.state() == lb::State::Maint;
  const auto now = std::chrono::steady_clock::now();
  const auto down = state.away + (away ? now - state.changed : base::Duration(0));
  values.set("downtime", std::to_string(std::chrono::floor<std::chrono::seconds>(down).count()));
  if (!checked.last) {
    values.set("check_status", std::string("INI"));
    values.set("check_desc", std::string("Initializing"));
    return;
  }
  const lb::CheckResult& last = *checked.last;
  values.set("check_status", std::string(lb::short_name(last.status)));
  values.set("check_desc", std::string(lb::description(last.status)));
  values.set("last_chk", last.info);
  if (lb::has_code(last.status)) values.set("check_code", static_cast<std::uint64_t>(last.code));
  if (last.duration) {
    const auto took = std::chrono::floor<std::chrono::milliseconds>(*last.duration);
    values.set("check_duration", static_cast<std::uint64_t>(took.count()));
  }
}

StatsRow server_row(const ServerPool& pool, std::size_t index, std::size_t proxy,
                    const LiveTraffic& live) {
  const config::Server& server = pool.section().servers[index];
  StatsRow row = begin_row(pool.section(), StatsRow::Type::Server, proxy, server.id, server.name);
  const lb::ServerState state = pool.state(index);
  const Statistics& statistics = pool.statistics(index);
  Values values(row);
  values.set("qcur", state.queued);
  values.set("qmax", state.queued_most);
  values.set("scur", state.served);
  row.elsewhere = state.elsewhere;
  values.set("smax", state.served_most);
  if (state.maxconn > 0) values.set("slim", state.maxconn);
  values.set_traffic(statistics, live.of(pool, index));
  values.set_exchanges(statistics);
  values.set("status", status_of(pool, index, state));
  values.set("weight", static_cast<std::uint64_t>(state.weight));
  values.set("uweight", static_cast<std::uint64_t>(state.weight));
  values.set("act", server.backup ? 0 : 1);
  values.set("bck", server.backup ? 1 : 0);
  if (pool.is_checked(index)) set_check(values, pool, index, state);
  values.set("lastchg", seconds_since(state.changed));
  if (server.maxqueue > 0) values.set("qlimit", server.maxqueue);
  if (pool.section().mode == config::Mode::Http) {
    values.set_answers(statistics);
    values.set("req_tot", statistics.requests.value());
  }
  if (!pool.state(index).unresolved) values.set("addr", pool.address(index).to_string());
  if (!server.cookie.empty()) values.set("cookie", server.cookie);
  return row;
}

StatsRow backend_row(const ServerPool& pool, std::size_t proxy, const LiveTraffic& live) {
  const config::ProxySection& section = pool.section();
  StatsRow row = begin_row(section, StatsRow::Type::Backend, proxy, 0, "BACKEND");
  LiveTraffic::Bytes bytes;
  std::uint64_t weight = 0;
  std::uint64_t active = 0;
  std::uint64_t backup = 0;
  for (std::size_t i = 0; i < section.servers.size(); ++i) {
    const auto more = live.of(pool, i);
    bytes.in += more.in;
    bytes.out += more.out;
    bytes.tunnels += more.tunnels;
    const lb::ServerState state = pool.state(i);
    weight += state.share / lb::kSixteenths;
    const bool usable = state.state() == lb::State::Up && state.weight > 0;
    (section.servers[i].backup ? backup : active) += usable ? 1 : 0;
  }
  Values values(row);
  values.set("qcur", pool.queued());
  values.set("qmax", pool.queued_most());
  values.set("scur", pool.connections().load());
  values.set("smax", pool.statistics().sessions_most.value());
  values.set("slim", pool.fullconn());
  values.set_traffic(pool.statistics(), bytes);
  values.set_exchanges(pool.statistics());
  values.set("status", std::string(pool.usable_servers() > 0 ? "UP" : "DOWN"));
  values.set("weight", weight);
  values.set("uweight", weight);
  values.set("act", active);
  values.set("bck", backup);
  if (section.mode == config::Mode::Http) {
    values.set_answers(pool.statistics());
    values.set("req_tot", pool.statistics().requests.value());
  }
  if (section.cookie) values.set("cookie", section.cookie->name);
  for (const std::string_view column : {"act", "bck", "rate", "rate_max"}) {
    values.retag(column, "MGP");
  }
  values.set("algo", std::string(config::name_of(section.balance.algorithm)));
  return row;
}

}  // namespace

std::string_view StatsRow::value(std::string_view column) const {
  const auto field = fields.find(stats_position(column));
  return field == fields.end() ? std::string_view() : field->second.value;
}

std::vector<StatsRow> stats_rows(const Service& service, const LiveTraffic& live) {
  std::vector<StatsRow> rows;
  // HAProxy numbers proxies from 1, and its own sockets are one if there are any.
  std::size_t proxy = service.config.global.stats_sockets.empty() ? 1 : 2;
  for (const config::ProxySection& section : service.config.proxies) {
    const auto frontend = std::ranges::find_if(
        service.frontends, [&](const auto& each) { return &each->section == &section; });
    if (frontend != service.frontends.end()) rows.push_back(frontend_row(**frontend, proxy, live));
    const auto pool = service.pools.find(section.name);
    if (section.is_backend() && pool != service.pools.end()) {
      for (std::size_t i = 0; i < section.servers.size(); ++i) {
        rows.push_back(server_row(*pool->second, i, proxy, live));
      }
      rows.push_back(backend_row(*pool->second, proxy, live));
    }
    ++proxy;
  }
  return rows;
}

}  // namespace wslb::proxy
