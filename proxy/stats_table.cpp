#include "proxy/stats_table.h"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace wslb::proxy {
namespace {

constexpr std::string_view kColumns =
    "pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,"
    "wredis,status,weight,act,bck,chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,"
    "throttle,lbtot,tracked,type,rate,rate_lim,rate_max,check_status,check_code,"
    "check_duration,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,hanafail,"
    "req_rate,req_rate_max,req_tot,cli_abrt,srv_abrt,comp_in,comp_out,comp_byp,comp_rsp,"
    "lastsess,last_chk,last_agt,qtime,ctime,rtime,ttime,agent_status,agent_code,"
    "agent_duration,check_desc,agent_desc,check_rise,check_fall,check_health,agent_rise,"
    "agent_fall,agent_health,addr,cookie,mode,algo,conn_rate,conn_rate_max,conn_tot,"
    "intercepted,dcon,dses,wrew,connect,reuse,cache_lookups,cache_hits,srv_icur,src_ilim,"
    "qtime_max,ctime_max,rtime_max,ttime_max,eint,idle_conn_cur,safe_conn_cur,used_conn_cur,"
    "need_conn_est,uweight,agg_server_status,agg_server_check_status,agg_check_status,-,"
    "ssl_sess,ssl_reused_sess,ssl_failed_handshake,h2_headers_rcvd,h2_data_rcvd,"
    "h2_settings_rcvd,h2_rst_stream_rcvd,h2_goaway_rcvd,h2_detected_conn_protocol_errors,"
    "h2_detected_strm_protocol_errors,h2_rst_stream_resp,h2_goaway_resp,h2_open_connections,"
    "h2_backend_open_streams,h2_total_connections,h2_backend_total_streams,"
    "h1_open_connections,h1_open_streams,h1_total_connections,h1_total_streams,h1_bytes_in,"
    "h1_bytes_out,h1_spliced_bytes_in,h1_spliced_bytes_out,";

// HAProxy numbers proxies from 1 and gives that to its own sockets.
constexpr std::size_t kFirstProxy = 2;

std::string seconds_since(base::TimePoint begin) {
  const auto since = std::chrono::steady_clock::now() - begin;
  return std::to_string(std::chrono::floor<std::chrono::seconds>(since).count());
}

class Values {
 public:
  explicit Values(StatsRow& row) : values_(row.values) {}

  void set(std::string_view column, const std::string& value) { values_[column] = value; }
  void set(std::string_view column, std::uint64_t value) {
    values_[column] = std::to_string(value);
  }

  void set_traffic(const Statistics& statistics, const LiveTraffic::Bytes& live) {
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
  }

 private:
  std::map<std::string_view, std::string>& values_;
};

StatsRow begin_row(const config::ProxySection& section, StatsRow::Type type, std::size_t proxy,
                   std::size_t server, const std::string& name) {
  StatsRow row{type, proxy, server, {}};
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

StatsRow frontend_row(const Frontend& frontend, std::size_t proxy, const LiveTraffic& live) {
  StatsRow row = begin_row(frontend.section, StatsRow::Type::Frontend, proxy, 0, "FRONTEND");
  const Statistics& statistics = frontend.statistics;
  Values values(row);
  values.set("scur", frontend.gate.open());
  values.set("smax", statistics.sessions_most.value());
  values.set("slim", frontend.gate.max());
  values.set_traffic(statistics, live.of(frontend));
  values.set("ereq", statistics.refused_requests.value());
  values.set("status", std::string(frontend.gate.open() < frontend.gate.max() ? "OPEN" : "FULL"));
  if (frontend.section.mode == config::Mode::Http) {
    values.set_answers(statistics);
    values.set("req_tot", statistics.requests.value());
  }
  values.set("conn_tot", statistics.sessions.value());
  return row;
}

std::string status_of(const lb::ServerState& state, bool checked) {
  switch (state.state()) {
    case lb::State::Maint:
      return "MAINT";
    case lb::State::Down:
      return "DOWN";
    case lb::State::Drain:
      return state.admin == lb::Admin::Drain ? "DRAIN" : "NOLB";
    case lb::State::Up:
      break;
  }
  return checked ? "UP" : "no check";
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
  values.set("smax", state.served_most);
  if (state.maxconn > 0) values.set("slim", state.maxconn);
  values.set_traffic(statistics, live.of(pool, index));
  values.set_exchanges(statistics);
  values.set("status", status_of(state, server.check.enabled));
  values.set("weight", static_cast<std::uint64_t>(state.weight));
  values.set("uweight", static_cast<std::uint64_t>(state.weight));
  values.set("act", server.backup ? 0 : 1);
  values.set("bck", server.backup ? 1 : 0);
  if (server.check.enabled) {
    values.set("chkdown", state.times_down);
    values.set("check_rise", static_cast<std::uint64_t>(server.check.rise));
    values.set("check_fall", static_cast<std::uint64_t>(server.check.fall));
  }
  values.set("lastchg", seconds_since(state.changed));
  if (server.maxqueue > 0) values.set("qlimit", server.maxqueue);
  if (pool.section().mode == config::Mode::Http) {
    values.set_answers(statistics);
    values.set("req_tot", statistics.requests.value());
  }
  values.set("addr", pool.address(index).to_string());
  values.set("cookie", server.cookie);
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
    const lb::ServerState state = pool.state(i);
    weight += state.share / lb::kSixteenths;
    const bool usable = state.state() == lb::State::Up && state.weight > 0;
    (section.servers[i].backup ? backup : active) += usable ? 1 : 0;
  }
  Values values(row);
  values.set("qcur", pool.queued());
  values.set("qmax", pool.queued_most());
  values.set("scur", pool.connections.load());
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
  values.set("cookie", section.cookie ? section.cookie->name : "");
  values.set("algo", std::string(config::name_of(section.balance.algorithm)));
  return row;
}

}  // namespace

std::vector<StatsRow> stats_rows(const Service& service, const LiveTraffic& live) {
  std::vector<StatsRow> rows;
  std::size_t proxy = kFirstProxy;
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

std::string stats_csv(const std::vector<StatsRow>& rows) {
  std::string csv = "# " + std::string(kColumns) + "\n";
  for (const StatsRow& row : rows) {
    for (std::string_view rest = kColumns; !rest.empty();) {
      const std::size_t comma = rest.find(',');
      const std::string_view column = rest.substr(0, comma);
      const auto value = row.values.find(column);
      if (column == "-") csv += '-';
      if (value != row.values.end()) csv += value->second;
      csv += ',';
      rest.remove_prefix(comma + 1);
    }
    csv += '\n';
  }
  return csv;
}

}  // namespace wslb::proxy
