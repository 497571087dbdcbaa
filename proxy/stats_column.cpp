#include "proxy/stats_column.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <map>

namespace wslb::proxy {
namespace {

using Type = StatsType;

constexpr auto kColumns =
    std::to_array<StatsColumn>({{"pxname", "KNS", Type::Text},
                                {"svname", "KNS", Type::Text},
                                {"qcur", "MGP", Type::U32},
                                {"qmax", "MMP", Type::U32},
                                {"scur", "MGP", Type::U32},
                                {"smax", "MMP", Type::U32},
                                {"slim", "CLP", Type::U32},
                                {"stot", "MCP", Type::U64},
                                {"bin", "MCP", Type::U64},
                                {"bout", "MCP", Type::U64},
                                {"dreq", "MCP", Type::U64},
                                {"dresp", "MCP", Type::U64},
                                {"ereq", "MCP", Type::U64},
                                {"econ", "MCP", Type::U64},
                                {"eresp", "MCP", Type::U64},
                                {"wretr", "MCP", Type::U64},
                                {"wredis", "MCP", Type::U64},
                                {"status", "SGP", Type::Text},
                                {"weight", "MaP", Type::U32},
                                {"act", "SGP", Type::U32},
                                {"bck", "SGP", Type::U32},
                                {"chkfail", "MCP", Type::U64},
                                {"chkdown", "MCP", Type::U64},
                                {"lastchg", "MAP", Type::U32},
                                {"downtime", "MCP", Type::U32},
                                {"qlimit", "CGS", Type::U32},
                                {"pid", "KGP", Type::U32},
                                {"iid", "KGS", Type::U32},
                                {"sid", "KGS", Type::U32},
                                {"throttle", "MaP", Type::U32},
                                {"lbtot", "MCP", Type::U64},
                                {"tracked", "CNS", Type::Text},
                                {"type", "CGS", Type::U32},
                                {"rate", "MRP", Type::U32},
                                {"rate_lim", "CLP", Type::U32},
                                {"rate_max", "MMP", Type::U32},
                                {"check_status", "MOP", Type::Text},
                                {"check_code", "MOP", Type::U32},
                                {"check_duration", "MDP", Type::U64},
                                {"hrsp_1xx", "MCP", Type::U64},
                                {"hrsp_2xx", "MCP", Type::U64},
                                {"hrsp_3xx", "MCP", Type::U64},
                                {"hrsp_4xx", "MCP", Type::U64},
                                {"hrsp_5xx", "MCP", Type::U64},
                                {"hrsp_other", "MCP", Type::U64},
                                {"hanafail", "MCP", Type::U64},
                                {"req_rate", "MRP", Type::U32},
                                {"req_rate_max", "MMP", Type::U32},
                                {"req_tot", "MCP", Type::U64},
                                {"cli_abrt", "MCP", Type::U64},
                                {"srv_abrt", "MCP", Type::U64},
                                {"comp_in", "MCP", Type::U64},
                                {"comp_out", "MCP", Type::U64},
                                {"comp_byp", "MCP", Type::U64},
                                {"comp_rsp", "MCP", Type::U64},
                                {"lastsess", "MAP", Type::S32},
                                {"last_chk", "MOP", Type::Text},
                                {"last_agt", "MOP", Type::Text},
                                {"qtime", "MaP", Type::U32},
                                {"ctime", "MaP", Type::U32},
                                {"rtime", "MaP", Type::U32},
                                {"ttime", "MaP", Type::U32},
                                {"agent_status", "MOP", Type::Text},
                                {"agent_code", "MOP", Type::U32},
                                {"agent_duration", "MDP", Type::U64},
                                {"check_desc", "MOP", Type::Text},
                                {"agent_desc", "MOP", Type::Text},
                                {"check_rise", "CGS", Type::U32},
                                {"check_fall", "CGS", Type::U32},
                                {"check_health", "CGS", Type::U32},
                                {"agent_rise", "CGS", Type::U32},
                                {"agent_fall", "CGS", Type::U32},
                                {"agent_health", "CGS", Type::U32},
                                {"addr", "CGS", Type::Text},
                                {"cookie", "CNS", Type::Text},
                                {"mode", "CGS", Type::Text},
                                {"algo", "CGS", Type::Text},
                                {"conn_rate", "MRP", Type::U32},
                                {"conn_rate_max", "MMP", Type::U32},
                                {"conn_tot", "MCP", Type::U64},
                                {"intercepted", "MCP", Type::U64},
                                {"dcon", "MCP", Type::U64},
                                {"dses", "MCP", Type::U64},
                                {"wrew", "MCP", Type::U64},
                                {"connect", "MCP", Type::U64},
                                {"reuse", "MCP", Type::U64},
                                {"cache_lookups", "MCP", Type::U64},
                                {"cache_hits", "MCP", Type::U64},
                                {"srv_icur", "MGP", Type::U32},
                                {"src_ilim", "CLP", Type::U32},
                                {"qtime_max", "MMP", Type::U32},
                                {"ctime_max", "MMP", Type::U32},
                                {"rtime_max", "MMP", Type::U32},
                                {"ttime_max", "MMP", Type::U32},
                                {"eint", "MCP", Type::U64},
                                {"idle_conn_cur", "MGP", Type::U32},
                                {"safe_conn_cur", "MGP", Type::U32},
                                {"used_conn_cur", "MGP", Type::U32},
                                {"need_conn_est", "MGP", Type::U32},
                                {"uweight", "MaP", Type::U32},
                                {"agg_server_status", "MGP", Type::U32},
                                {"agg_server_check_status", "MGP", Type::U32},
                                {"agg_check_status", "MGP", Type::U32},
                                {"ssl_sess", "MCP", Type::U64},
                                {"ssl_reused_sess", "MCP", Type::U64},
                                {"ssl_failed_handshake", "MCP", Type::U64},
                                {"h2_headers_rcvd", "MCP", Type::U64},
                                {"h2_data_rcvd", "MCP", Type::U64},
                                {"h2_settings_rcvd", "MCP", Type::U64},
                                {"h2_rst_stream_rcvd", "MCP", Type::U64},
                                {"h2_goaway_rcvd", "MCP", Type::U64},
                                {"h2_detected_conn_protocol_errors", "MCP", Type::U64},
                                {"h2_detected_strm_protocol_errors", "MCP", Type::U64},
                                {"h2_rst_stream_resp", "MCP", Type::U64},
                                {"h2_goaway_resp", "MCP", Type::U64},
                                {"h2_open_connections", "MGP", Type::U64},
                                {"h2_backend_open_streams", "MGP", Type::U64},
                                {"h2_total_connections", "MCP", Type::U64},
                                {"h2_backend_total_streams", "MCP", Type::U64},
                                {"h1_open_connections", "MGP", Type::U64},
                                {"h1_open_streams", "MGP", Type::U64},
                                {"h1_total_connections", "MCP", Type::U64},
                                {"h1_total_streams", "MCP", Type::U64},
                                {"h1_bytes_in", "MCP", Type::U64},
                                {"h1_bytes_out", "MCP", Type::U64},
                                {"h1_spliced_bytes_in", "MCP", Type::U64},
                                {"h1_spliced_bytes_out", "MCP", Type::U64}});

}  // namespace

std::span<const StatsColumn> stats_columns() {
  return kColumns;
}

std::size_t stats_position(std::string_view name) {
  static const auto kPositions = [] {
    std::map<std::string_view, std::size_t> positions;
    for (std::size_t i = 0; i < kColumns.size(); ++i) positions.emplace(kColumns[i].name, i);
    return positions;
  }();
  const auto found = kPositions.find(name);
  assert(found != kPositions.end());
  return found->second;
}

}  // namespace wslb::proxy
