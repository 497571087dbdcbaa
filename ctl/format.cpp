#include "ctl/format.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "view/time_text.h"
#include "view/verdict.h"

namespace wslb::ctl {
namespace {

constexpr int kBackendsMax = 8;  // rows of `status`

std::string first_vip(const proto::Status::Vrrp& section) {
  if (section.vips().empty()) return "-";
  const int more = section.vips_size() - 1;
  return section.vips(0) + (more > 0 ? " +" + std::to_string(more) : "");
}

std::string heading(const proto::Status& status, const TableStyle& style) {
  std::string text =
      "node " + status.node() + " of cluster " + status.cluster() + ", wslb " + status.version();
  if (status.started_unix_ms() > 0 && style.now_unix_ms > 0) {
    text += ", up " + view::age(style.now_unix_ms - status.started_unix_ms());
  }
  text += "\n";
  if (!status.drained()) return text;
  const std::string since =
      status.drained_since().empty() ? "" : " " + printable(status.drained_since());
  return text + painted({"DRAINED" + since, kDoubtful}, style) +
         ": takes no VIP while another\nnode can; 'wslbctl undrain' ends that\n";
}

std::string vrrp_table(const proto::Status& status, const TableStyle& style) {
  std::vector<Row> rows{
      {{"VRRP"}, {"STATE"}, {"FOR"}, {"ACTIVE NODE"}, {"PRIORITY"}, {"INTERFACE"}, {"VIPS"}}};
  std::string remarks;
  for (const proto::Status::Vrrp& vrrp : status.vrrp()) {
    rows.push_back({{vrrp.name()},
                    {vrrp.state(), colour_of(vrrp.state())},
                    {view::age(style.now_unix_ms - vrrp.since_unix_ms())},
                    {or_dash(vrrp.active_node())},
                    {std::to_string(vrrp.priority())},
                    {vrrp.interface()},
                    {first_vip(vrrp)}});
    if (!vrrp.reason().empty()) {
      remarks += wrapped("  " + vrrp.name() + ": " + vrrp.reason(), 4, style);
    }
    const view::Successor successor = view::successor_of(status, vrrp);
    if (successor.verdict == view::Successor::Verdict::Missing) continue;  // an alarm
    remarks += wrapped("  " + vrrp.name() + ": " + view::describe(successor), 4, style);
  }
  return lay_out(rows, style) + remarks;
}

std::string proxy_table(const proto::Status::Proxy& proxy, const TableStyle& style) {
  const std::string text =
      lay_out({{{"PROXY"}, {"STATE"}, {"PID"}, {"TUNNELS"}, {"RESTARTS"}, {"KEPT"}},
               {{proxy.kind()},
                {proxy.state(), colour_of(proxy.state())},
                {proxy.pid() == 0 ? "-" : std::to_string(proxy.pid())},
                {std::to_string(proxy.tunnels())},
                {std::to_string(proxy.restarts())},
                {std::to_string(proxy.kept())}}},
              style);
  if (proxy.reason().empty()) return text;
  return text + wrapped("  " + proxy.kind() + ": " + proxy.reason(), 4, style);
}

std::string servers_text(const proto::TrafficRow& row) {
  return std::to_string(row.servers_up()) + "/" + std::to_string(row.servers());
}

Row backend_row(const proto::TrafficRow& row) {
  const bool all_up = row.servers_up() == row.servers();
  return {{row.proxy()},
          {row.state(), colour_of(row.state())},
          {servers_text(row), all_up ? std::string_view() : kDoubtful},
          number_cell(row.sessions()),
          number_cell(row.tunnels()),
          {view::short_number(row.queue()), row.queue() > 0 ? kDoubtful : std::string_view(), true},
          number_cell(row.errors_total())};
}

// Those in trouble first, and of the others so many as there is room for.
std::string backend_summary(const proto::Status& status, const TableStyle& style) {
  std::vector<const proto::TrafficRow*> all;
  for (const proto::TrafficRow& row : status.traffic()) {
    if (row.kind() == proto::TrafficRow::BACKEND) all.push_back(&row);
  }
  std::ranges::stable_partition(all, [](const proto::TrafficRow* row) {
    return row->servers_up() < row->servers() || row->queue() > 0;
  });
  std::string text;
  if (!all.empty()) {
    const Row heading{
        {"BACKEND"},           {"STATE"},           {"SERVERS"},         {"SESSIONS", {}, true},
        {"TUNNELS", {}, true}, {"QUEUE", {}, true}, {"ERRORS", {}, true}};
    std::vector<Row> rows{heading};
    for (const proto::TrafficRow* row : all) {
      if (rows.size() <= kBackendsMax) rows.push_back(backend_row(*row));
    }
    text = lay_out(rows, style);
    if (all.size() > kBackendsMax) {
      text += "  and " + std::to_string(all.size() - kBackendsMax) +
              " more; 'wslbctl backends' has all\n";
    }
  }
  if (!status.traffic_error().empty() && status.proxy().state() == "up") {
    text += wrapped("  backends: " + status.traffic_error(), 4, style);
  }
  return text;
}

std::string tables_of(const proto::Status::Peer& peer) {
  if (peer.state() != "connected") return "-";
  return peer.in_step() ? "in step" : std::to_string(peer.behind()) + " behind";
}

std::string peer_table(const proto::Status& status, const TableStyle& style) {
  std::vector<Row> rows{
      {{"PEER"}, {"KIND"}, {"STATE"}, {"ADDRESS"}, {"LAG"}, {"TABLES"}, {"PROXY"}, {"VERSION"}}};
  std::string remarks;
  for (const proto::Status::Peer& peer : status.peers()) {
    if (!peer.reason().empty()) {
      remarks += wrapped("  " + peer.node() + ": " + peer.reason(), 4, style);
    }
    if (peer.standing().drained()) remarks += "  " + peer.node() + ": is drained\n";
    std::array<char, 32> lag{};
    std::snprintf(lag.data(), lag.size(), "%.1f ms", peer.lag_ms());
    rows.push_back({{peer.node()},
                    {or_dash(peer.kind())},
                    {peer.state(), colour_of(peer.state())},
                    {peer.address()},
                    {peer.lag_ms() > 0 ? lag.data() : "-"},
                    {tables_of(peer)},
                    {or_dash(peer.standing().proxy()), colour_of(peer.standing().proxy())},
                    {or_dash(peer.version())}});
  }
  return lay_out(rows, style) + remarks;
}

std::string table_summary(const proto::Status& status) {
  if (status.tables_size() == 0) return "";
  std::uint64_t entries = 0;
  for (const proto::Status::Table& table : status.tables()) entries += table.entries();
  return "sticky tables: " + std::to_string(status.tables_size()) + ", " + std::to_string(entries) +
         " entries" +
         (view::tables_in_step(status) ? ", the same on all nodes" : ", not yet on all nodes") +
         "\n";
}

std::string alarm_lines(const proto::Status& status, const TableStyle& style) {
  const std::vector<std::string> alarms = view::alarms_of(status);
  if (alarms.empty()) return painted({"no alarms", kGood}, style) + "\n";
  std::string text;
  constexpr std::string_view kWord = "ALARM";
  for (const std::string& alarm : alarms) {
    const std::string line = wrapped(std::string(kWord) + " " + alarm, kWord.size() + 1, style);
    text += painted({std::string(kWord), kBad}, style) + line.substr(kWord.size());
  }
  return text;
}

}  // namespace

std::string status_table(const proto::Status& status, const TableStyle& style) {
  std::string text = heading(status, style) + "\n" + vrrp_table(status, style) + "\n" +
                     proxy_table(status.proxy(), style);
  if (const std::string backends = backend_summary(status, style); !backends.empty()) {
    text += "\n" + backends;
  }
  if (status.peers_size() > 0) text += "\n" + peer_table(status, style);
  return text + "\n" + table_summary(status) + alarm_lines(status, style);
}

std::string event_line(const proto::Event& event) {
  return view::iso8601(event.unix_ms()) + "  " +
         printable(event.kind() + " " + event.subject() + ": " + event.text()) + "\n";
}

}  // namespace wslb::ctl
