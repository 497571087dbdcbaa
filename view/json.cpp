#include "view/json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/utf8.h"
#include "view/time_text.h"
#include "view/verdict.h"

namespace wslb::view {
namespace {

namespace json = boost::json;

std::string line_of(const json::value& value) {
  return base::valid_utf8(json::serialize(value)) + "\n";
}

template <typename Texts>
json::array texts(const Texts& all) {
  return json::array(all.begin(), all.end());
}

json::object section_json(const proto::Status& status, const proto::Status::Vrrp& section) {
  const Successor successor = successor_of(status, section);
  return {{"name", section.name()},
          {"vrid", section.vrid()},
          {"family", section.family()},
          {"state", section.state()},
          {"priority", section.priority()},
          {"active_node", section.active_node()},
          {"vips", texts(section.vips())},
          {"since", iso8601(section.since_unix_ms())},
          {"interface", section.interface()},
          {"reason", section.reason()},
          {"alarms", texts(section.alarms())},
          {"takeover",
           {{"ready", successor.verdict == Successor::Verdict::Ready},
            {"node", successor.node},
            {"reason", successor.why}}}};
}

json::value standing_json(const proto::Status::Peer& peer) {
  if (!peer.has_standing()) return nullptr;
  const proto::PeerStanding& standing = peer.standing();
  json::array sections;
  for (const auto& section : standing.sections()) {
    sections.push_back({{"name", section.name()},
                        {"state", section.state()},
                        {"priority", section.priority()},
                        {"reason", section.reason()}});
  }
  return {{"version", standing.version()},
          {"drained", standing.drained()},
          {"proxy", standing.proxy()},
          {"tunnels", standing.tunnels()},
          {"vrrp", sections},
          {"alarms", texts(standing.alarms())}};
}

json::object peer_json(const proto::Status::Peer& peer) {
  return {{"node", peer.node()},
          {"kind", peer.kind()},
          {"address", peer.address()},
          {"state", peer.state()},
          {"lag", peer.lag_ms()},
          {"reason", peer.reason()},
          {"behind", peer.behind()},
          {"alarms", texts(peer.alarms())},
          {"in_step", peer.in_step()},
          {"version", peer.version()},
          {"standing", standing_json(peer)}};
}

json::object proxy_json(const proto::Status::Proxy& proxy) {
  return {{"kind", proxy.kind()},       {"state", proxy.state()},       {"pid", proxy.pid()},
          {"tunnels", proxy.tunnels()}, {"restarts", proxy.restarts()}, {"reason", proxy.reason()},
          {"kept", proxy.kept()}};
}

json::array tables(const proto::Status& status) {
  json::array all;
  for (const proto::Status::Table& table : status.tables()) {
    all.push_back({{"name", table.name()},
                   {"type", table.type()},
                   {"size", table.size()},
                   {"entries", table.entries()},
                   {"expire_ms", table.expire_ms()}});
  }
  return all;
}

const char* kind_name(proto::TrafficRow::Kind kind) {
  if (kind == proto::TrafficRow::FRONTEND) return "frontend";
  return kind == proto::TrafficRow::BACKEND ? "backend" : "server";
}

json::object row_json(const proto::TrafficRow& row) {
  json::object all{{"kind", kind_name(row.kind())},
                   {"proxy", row.proxy()},
                   {"state", row.state()},
                   {"sessions", row.sessions()},
                   {"tunnels", row.tunnels()},
                   {"queue", row.queue()},
                   {"limit", row.limit()},
                   {"rate", row.rate()},
                   {"sessions_total", row.sessions_total()},
                   {"errors_total", row.errors_total()},
                   {"bytes_in", row.bytes_in()},
                   {"bytes_out", row.bytes_out()}};
  if (row.kind() == proto::TrafficRow::BACKEND) {
    all["servers"] = row.servers();
    all["servers_up"] = row.servers_up();
  }
  if (row.kind() != proto::TrafficRow::SERVER) return all;
  all["server"] = row.server();
  all["address"] = row.address();
  all["weight"] = row.weight();
  all["backup"] = row.backup();
  all["check"] = row.check();
  all["detail"] = row.detail();
  all["elsewhere"] = row.elsewhere();
  all["since_s"] = row.since_s();
  return all;
}

template <typename Rows>
json::array rows_json(const Rows& rows) {
  json::array all;
  for (const proto::TrafficRow& row : rows) all.push_back(row_json(row));
  return all;
}

}  // namespace

std::string status_json(const proto::Status& status) {
  json::array vrrp;
  for (const proto::Status::Vrrp& one : status.vrrp()) vrrp.push_back(section_json(status, one));
  json::array peers;
  for (const proto::Status::Peer& peer : status.peers()) peers.push_back(peer_json(peer));
  json::object counters;
  for (const proto::Status::Counter& one : status.counters()) counters[one.name()] = one.value();
  const json::object all{{"node", status.node()},
                         {"cluster", status.cluster()},
                         {"version", status.version()},
                         {"vrrp", vrrp},
                         {"proxy", proxy_json(status.proxy())},
                         {"peers", peers},
                         {"counters", counters},
                         {"drained", status.drained()},
                         {"drained_since", status.drained_since()},
                         {"started", iso8601(status.started_unix_ms())},
                         {"tables", tables(status)},
                         {"tables_in_step", tables_in_step(status)},
                         {"traffic", rows_json(status.traffic())},
                         {"traffic_error", status.traffic_error()},
                         {"alarms", texts(alarms_of(status))}};
  return line_of(all);
}

std::string event_json(const proto::Event& event) {
  json::object all{{"seq", event.seq()},
                   {"time", iso8601(event.unix_ms())},
                   {"kind", event.kind()},
                   {"subject", event.subject()},
                   {"text", event.text()}};
  if (!event.state().empty()) {
    all["state"] = event.state();
    all["from"] = event.from();
    all["priority"] = event.priority();
  }
  return line_of(all);
}

std::string traffic_json(const proto::TrafficAnswer& answer) {
  return line_of(rows_json(answer.rows()));
}

std::string tunnels_json(const proto::TrafficAnswer& answer) {
  json::array rows;
  for (const proto::TunnelRow& row : answer.tunnels()) {
    rows.push_back({{"id", row.id()},
                    {"client", row.client()},
                    {"frontend", row.frontend()},
                    {"backend", row.backend()},
                    {"server", row.server()},
                    {"age_ms", row.age_ms()},
                    {"idle_ms", row.idle_ms()},
                    {"bytes_in", row.bytes_in()},
                    {"bytes_out", row.bytes_out()}});
  }
  const json::object all{{"total", answer.total()}, {"tunnels", rows}};
  return line_of(all);
}

std::string lines_json(const std::string& name, const std::vector<std::string>& lines) {
  return line_of(json::object{{name, texts(lines)}});
}

std::string version_json(const std::string& program, const std::string& agent) {
  return line_of(json::object{{"wslbctl", program}, {"agent", agent}});
}

std::string tables_json(const proto::Status& status) {
  return line_of(tables(status));
}

std::string table_json(const std::string& name, const proto::TablePage& page) {
  json::array rows;
  for (const proto::TablePage::Entry& entry : page.entries()) {
    json::object row{{"key", entry.key()},       {"server", entry.server()},
                     {"node", entry.origin()},   {"age_ms", entry.age_ms()},
                     {"pinned", entry.pinned()}, {"expires_in_ms", nullptr}};
    if (entry.has_expires_in_ms()) row["expires_in_ms"] = entry.expires_in_ms();
    rows.push_back(row);
  }
  const json::object all{{"table", name}, {"total", page.total()}, {"entries", rows}};
  return line_of(all);
}

}  // namespace wslb::view
