#include "proxy/stats_report.h"

#include <array>
#include <map>
#include <utility>

#include "proxy/stats_column.h"

namespace wslb::proxy {
namespace {

// In quotes where a comma or a quote would end it.
std::string csv_value(const std::string& value) {
  if (value.find_first_of(",\"\r\n") == std::string::npos) return value;
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string csv(const std::vector<StatsRow>& rows) {
  const auto columns = stats_columns();
  std::string text = "# ";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    text.append(columns[i].name).append(i == kLastFixedColumn ? ",-," : ",");
  }
  text += '\n';
  for (const StatsRow& row : rows) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (const auto field = row.fields.find(i); field != row.fields.end()) {
        text += csv_value(field->second.value);
      }
      text.append(i == kLastFixedColumn ? ",-," : ",");
    }
    text += '\n';
  }
  return text;
}

std::string typed(const std::vector<StatsRow>& rows) {
  constexpr std::string_view kLetters = "FBS";
  std::string text;
  for (const StatsRow& row : rows) {
    std::string place(1, kLetters[static_cast<std::size_t>(row.type)]);
    place += "." + std::to_string(row.proxy) + "." + std::to_string(row.server) + ".";
    for (const auto& [position, field] : row.fields) {
      text.append(place).append(typed_field(field)).append("\n");
    }
  }
  return text;
}

std::string json(const std::vector<StatsRow>& rows) {
  constexpr std::array<std::string_view, 3> kNames = {"Frontend", "Backend", "Server"};
  std::string text = "[";
  for (const StatsRow& row : rows) {
    const std::string begin = "{\"objType\":\"" +
                              std::string(kNames.at(static_cast<std::size_t>(row.type))) +
                              "\",\"proxyId\":" + std::to_string(row.proxy) +
                              ",\"id\":" + std::to_string(row.server) + ",";
    std::string_view separator = text.size() == 1 ? "[" : ",[";
    for (const auto& [position, field] : row.fields) {
      text.append(separator).append(begin).append(json_field(field)).append("}");
      separator = ",";
    }
    text += "]";
  }
  return text + "]\n";
}

// How many of its servers are up, which HAProxy tells where it leaves servers out.
void count_servers(std::vector<StatsRow>& rows) {
  std::map<std::size_t, std::pair<int, int>> servers;  // of each proxy: up, all
  for (const StatsRow& row : rows) {
    if (row.type != StatsRow::Type::Server) continue;
    const std::string_view status = row.value("status");
    servers[row.proxy].first += status.starts_with("UP") || status == "no check" ? 1 : 0;
    ++servers[row.proxy].second;
  }
  for (StatsRow& row : rows) {
    if (row.type != StatsRow::Type::Backend) continue;
    const auto [up, all] = servers[row.proxy];
    row.fields.at(stats_position("status")).value +=
        " (" + std::to_string(up) + "/" + std::to_string(all) + ")";
  }
}

bool is_chosen(const StatsRow& row, const StatsChoice& choice) {
  const bool any_proxy = choice.proxy.empty() || choice.proxy == "-1";
  if (!any_proxy && row.value("pxname") != choice.proxy &&
      std::to_string(row.proxy) != choice.proxy) {
    return false;
  }
  if (choice.types >= 0 && (choice.types & (1L << static_cast<int>(row.type))) == 0) return false;
  if (choice.server >= 0 && row.server != static_cast<std::size_t>(choice.server)) return false;
  if (row.type != StatsRow::Type::Server) return true;
  const std::string_view status = row.value("status");
  const bool maint = status.starts_with("MAINT");
  if (maint && (choice.no_maint || choice.up_only)) return false;
  return !choice.up_only || !status.starts_with("DOWN");
}

}  // namespace

void choose_rows(std::vector<StatsRow>& rows, const StatsChoice& choice) {
  if (choice.up_only || choice.no_maint) count_servers(rows);
  std::erase_if(rows, [&choice](const StatsRow& row) { return !is_chosen(row, choice); });
}

void hide_legends(std::vector<StatsRow>& rows) {
  for (StatsRow& row : rows) {
    for (const std::string_view column : {"addr", "cookie", "algo"}) {
      row.fields.erase(stats_position(column));
    }
  }
}

std::string stats_report(const std::vector<StatsRow>& rows, StatsChoice::Form form) {
  switch (form) {
    case StatsChoice::Form::Typed:
      return typed(rows);
    case StatsChoice::Form::Json:
      return json(rows);
    case StatsChoice::Form::Csv:
      break;
  }
  return csv(rows);
}

}  // namespace wslb::proxy
