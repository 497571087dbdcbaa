// The long lists: backends and servers, tunnels, sticky entries.
#include <vector>

#include "ctl/format.h"
#include "view/time_text.h"

namespace wslb::ctl {
namespace {

Cell age(std::uint64_t milliseconds) {
  return {view::short_age(static_cast<std::int64_t>(milliseconds)), {}, true};
}

std::string more(std::uint64_t total, int shown, const std::string& hint) {
  const auto there = static_cast<std::uint64_t>(shown);
  if (total <= there) return "";
  return std::to_string(total - there) + " more; " + hint + "\n";
}

std::string name_of(const proto::TrafficRow& row) {
  return row.kind() == proto::TrafficRow::SERVER ? "  " + row.server() : row.proxy();
}

std::string state_of(const proto::TrafficRow& row) {
  if (row.kind() == proto::TrafficRow::SERVER && row.backup()) return row.state() + " (backup)";
  if (row.kind() != proto::TrafficRow::BACKEND) return row.state();
  return row.state() + " " + std::to_string(row.servers_up()) + "/" + std::to_string(row.servers());
}

std::string remark_of(const proto::TrafficRow& row) {
  if (row.check().empty()) return "-";
  return row.check() + (row.detail().empty() ? "" : ": " + row.detail());
}

}  // namespace

// HAProxy lists the servers first, then the backend; for the eye it is the other way round.
std::string backends_table(const proto::TrafficAnswer& answer, const TableStyle& style) {
  std::vector<Row> rows{{{"BACKEND/SERVER"},
                         {"STATE"},
                         {"FOR", {}, true},
                         {"WEIGHT", {}, true},
                         {"SESS", {}, true},
                         {"TUNNELS", {}, true},
                         {"QUEUE", {}, true},
                         {"ELSEWHERE", {}, true},
                         {"CHECK"}}};
  std::vector<Row> servers;
  for (const proto::TrafficRow& row : answer.rows()) {
    const bool is_server = row.kind() == proto::TrafficRow::SERVER;
    if (row.kind() == proto::TrafficRow::FRONTEND) continue;
    Row line{{name_of(row)},
             {state_of(row), colour_of(row.state())},
             is_server ? age(row.since_s() * 1000) : Cell{""},
             number_cell(row.weight()),
             number_cell(row.sessions()),
             number_cell(row.tunnels()),
             number_cell(row.queue()),
             is_server ? number_cell(row.elsewhere()) : Cell{""},
             {is_server ? remark_of(row) : ""}};
    if (is_server) {
      servers.push_back(std::move(line));
      continue;
    }
    rows.push_back(std::move(line));
    rows.insert(rows.end(), servers.begin(), servers.end());
    servers.clear();
  }
  rows.insert(rows.end(), servers.begin(), servers.end());
  return lay_out(rows, style);
}

std::string tunnels_table(const proto::TrafficAnswer& answer, const TableStyle& style) {
  std::vector<Row> rows{{{"CLIENT"},
                         {"FRONTEND"},
                         {"BACKEND/SERVER"},
                         {"AGE", {}, true},
                         {"IDLE", {}, true},
                         {"IN", {}, true},
                         {"OUT", {}, true}}};
  for (const proto::TunnelRow& row : answer.tunnels()) {
    rows.push_back({{row.client()},
                    {row.frontend()},
                    {row.backend() + "/" + row.server()},
                    age(row.age_ms()),
                    age(row.idle_ms()),
                    number_cell(row.bytes_in()),
                    number_cell(row.bytes_out())});
  }
  return lay_out(rows, style) + more(answer.total(), answer.tunnels_size(), "-n 0 shows all");
}

std::string tables_table(const proto::Status& status, const TableStyle& style) {
  if (status.tables_size() == 0) {
    return "no sticky table is shared with the peers: a stick-table line needs 'peers'\n";
  }
  std::vector<Row> rows{
      {{"TABLE"}, {"TYPE"}, {"ENTRIES", {}, true}, {"SIZE", {}, true}, {"EXPIRE", {}, true}}};
  for (const proto::Status::Table& table : status.tables()) {
    rows.push_back({{table.name()},
                    {table.type()},
                    number_cell(table.entries()),
                    number_cell(table.size()),
                    table.expire_ms() == 0 ? Cell{"never", {}, true} : age(table.expire_ms())});
  }
  return lay_out(rows, style);
}

std::string entries_table(const proto::TablePage& page, const TableStyle& style) {
  std::vector<Row> rows{
      {{"KEY"}, {"SERVER"}, {"NODE"}, {"CHANGED", {}, true}, {"EXPIRES", {}, true}}};
  for (const proto::TablePage::Entry& entry : page.entries()) {
    Cell expires{"never", {}, true};
    if (entry.has_expires_in_ms()) expires = age(entry.expires_in_ms());
    if (entry.pinned()) expires = {"pinned", kGood, true};
    rows.push_back({{entry.key()},
                    {or_dash(entry.server())},
                    {or_dash(entry.origin())},
                    age(static_cast<std::uint64_t>(entry.age_ms())),
                    expires});
  }
  return lay_out(rows, style) + more(page.total(), page.entries_size(), "-n 0 shows all");
}

}  // namespace wslb::ctl
