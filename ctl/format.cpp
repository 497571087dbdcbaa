#include "ctl/format.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace wslb::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t kGap = 2;  // columns between columns

struct Cell {
  std::string text;
  std::string_view colour = {};  // an SGR sequence's parameters; empty: none
};
using Row = std::vector<Cell>;

std::string_view colour_of(std::string_view state) {
  if (state == "active" || state == "up" || state == "connected") return "1;32";
  if (state == "fault" || state == "down" || state == "refused") return "1;31";
  if (state == "init" || state == "starting" || state == "connecting") return "33";
  return {};
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string painted(const Cell& cell, bool colour) {
  if (!colour || cell.colour.empty()) return cell.text;
  return "\x1b[" + std::string(cell.colour) + "m" + cell.text + "\x1b[0m";
}

std::string lay_out(const std::vector<Row>& rows, bool colour) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].text.size());
  }
  std::string text;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += painted(row[i], colour);
      const bool last = i + 1 == row.size();
      if (!last) text += std::string(widths[i] - row[i].text.size() + kGap, ' ');
    }
    text += '\n';
  }
  return text;
}

std::string vrrp_table(const proto::Status& status, const TableStyle& style) {
  std::vector<Row> rows{
      {{"VRRP"}, {"STATE"}, {"FOR"}, {"ACTIVE NODE"}, {"PRIORITY"}, {"INTERFACE"}, {"VIPS"}}};
  std::string remarks;
  std::string alarms;
  for (const proto::Status::Vrrp& vrrp : status.vrrp()) {
    std::string vips;
    for (const std::string& vip : vrrp.vips()) vips += (vips.empty() ? "" : " ") + vip;
    rows.push_back({{vrrp.name()},
                    {vrrp.state(), colour_of(vrrp.state())},
                    {age(style.now_unix_ms - vrrp.since_unix_ms())},
                    {or_dash(vrrp.active_node())},
                    {std::to_string(vrrp.priority())},
                    {vrrp.interface()},
                    {vips}});
    if (!vrrp.reason().empty()) remarks += "  " + vrrp.name() + ": " + vrrp.reason() + "\n";
    for (const std::string& alarm : vrrp.alarms()) {
      alarms += painted({"ALARM", "1;31"}, style.colour) + " " + vrrp.name() + ": " + alarm + "\n";
    }
  }
  return lay_out(rows, style.colour) + remarks + alarms;
}

std::string peer_table(const proto::Status& status, const TableStyle& style) {
  std::vector<Row> rows{{{"PEER"}, {"KIND"}, {"STATE"}, {"ADDRESS"}, {"LAG"}}};
  std::string remarks;
  std::string alarms;
  for (const proto::Status::Peer& peer : status.peers()) {
    if (!peer.reason().empty()) remarks += "  " + peer.node() + ": " + peer.reason() + "\n";
    for (const std::string& alarm : peer.alarms()) {
      alarms += painted({"ALARM", "1;31"}, style.colour) + " " + peer.node() + ": " + alarm + "\n";
    }
    std::array<char, 32> lag{};
    std::snprintf(lag.data(), lag.size(), "%.1f ms", peer.lag_ms());
    rows.push_back({{peer.node()},
                    {or_dash(peer.kind())},
                    {peer.state(), colour_of(peer.state())},
                    {peer.address()},
                    {peer.lag_ms() > 0 ? lag.data() : "-"}});
  }
  return lay_out(rows, style.colour) + remarks + alarms;
}

json::object vrrp_json(const proto::Status::Vrrp& vrrp) {
  return {{"name", vrrp.name()},
          {"vrid", vrrp.vrid()},
          {"family", vrrp.family()},
          {"state", vrrp.state()},
          {"priority", vrrp.priority()},
          {"active_node", vrrp.active_node()},
          {"vips", json::array(vrrp.vips().begin(), vrrp.vips().end())},
          {"since", iso8601(vrrp.since_unix_ms())},
          {"interface", vrrp.interface()},
          {"reason", vrrp.reason()},
          {"alarms", json::array(vrrp.alarms().begin(), vrrp.alarms().end())}};
}

}  // namespace

std::string status_table(const proto::Status& status, const TableStyle& style) {
  std::string text = "node " + status.node() + " of cluster " + status.cluster() + ", wslb " +
                     status.version() + "\n\n";
  text += vrrp_table(status, style) + "\n";
  const proto::Status::Proxy& proxy = status.proxy();
  text += lay_out({{{"PROXY"}, {"STATE"}, {"PID"}, {"TUNNELS"}, {"RESTARTS"}, {"KEPT"}},
                   {{proxy.kind()},
                    {proxy.state(), colour_of(proxy.state())},
                    {proxy.pid() == 0 ? "-" : std::to_string(proxy.pid())},
                    {std::to_string(proxy.tunnels())},
                    {std::to_string(proxy.restarts())},
                    {std::to_string(proxy.kept())}}},
                  style.colour);
  if (!proxy.reason().empty()) text += "  " + proxy.kind() + ": " + proxy.reason() + "\n";
  if (status.peers_size() > 0) text += "\n" + peer_table(status, style);
  return text;
}

std::string status_json(const proto::Status& status) {
  json::array vrrp;
  for (const proto::Status::Vrrp& one : status.vrrp()) vrrp.push_back(vrrp_json(one));
  json::array peers;
  for (const proto::Status::Peer& peer : status.peers()) {
    peers.push_back({{"node", peer.node()},
                     {"kind", peer.kind()},
                     {"address", peer.address()},
                     {"state", peer.state()},
                     {"lag", peer.lag_ms()},
                     {"reason", peer.reason()},
                     {"behind", peer.behind()},
                     {"version", peer.version()},
                     {"alarms", json::array(peer.alarms().begin(), peer.alarms().end())}});
  }
  json::object counters;
  for (const proto::Status::Counter& one : status.counters()) counters[one.name()] = one.value();
  const proto::Status::Proxy& proxy = status.proxy();
  const json::object all{{"node", status.node()},
                         {"cluster", status.cluster()},
                         {"version", status.version()},
                         {"vrrp", vrrp},
                         {"proxy",
                          {{"kind", proxy.kind()},
                           {"state", proxy.state()},
                           {"pid", proxy.pid()},
                           {"tunnels", proxy.tunnels()},
                           {"restarts", proxy.restarts()},
                           {"reason", proxy.reason()},
                           {"kept", proxy.kept()}}},
                         {"peers", peers},
                         {"counters", counters}};
  return json::serialize(all) + "\n";
}

std::string event_line(const proto::Event& event) {
  return iso8601(event.unix_ms()) + "  " + event.kind() + " " + event.subject() + ": " +
         event.text() + "\n";
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
  return json::serialize(all) + "\n";
}

std::string iso8601(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 32> day{};
  std::strftime(day.data(), day.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 16> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(unix_ms % 1000));
  return std::string(day.data()) + fraction.data();
}

std::string age(std::int64_t milliseconds) {
  const std::int64_t seconds = std::max<std::int64_t>(0, milliseconds / 1000);
  const auto pair = [](std::int64_t big, const char* unit, std::int64_t small, const char* part) {
    return std::to_string(big) + unit + " " + std::to_string(small) + part;
  };
  if (seconds < 60) return std::to_string(seconds) + "s";
  if (seconds < 3600) return pair(seconds / 60, "m", seconds % 60, "s");
  if (seconds < 86400) return pair(seconds / 3600, "h", seconds / 60 % 60, "m");
  return pair(seconds / 86400, "d", seconds / 3600 % 24, "h");
}

}  // namespace wslb::ctl
