#include "proxy/stats_page.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace wslb::proxy {
namespace {

constexpr std::string_view kStyle =
    "body{font:14px sans-serif;margin:1.5em;color:#222}h2{margin:1.2em 0 .3em;font-size:1.1em}"
    "table{border-collapse:collapse}th,td{border:1px solid #ccc;padding:.2em .6em;"
    "text-align:right}th{background:#eee;font-weight:600}td:first-child{text-align:left}"
    ".up{background:#e3f6e3}.down{background:#fbdcdc}.maint{background:#f6eed3}"
    ".drain{background:#dce9fb}";

struct Shown {
  std::string_view title;
  std::string_view column;
};

constexpr auto kShown = std::to_array<Shown>(
    {{"status", "status"},       {"since, s", "lastchg"},    {"weight", "weight"},
     {"queue", "qcur"},          {"sessions", "scur"},       {"most", "smax"},
     {"limit", "slim"},          {"total", "stot"},          {"per s", "rate"},
     {"bytes in", "bin"},        {"bytes out", "bout"},      {"2xx", "hrsp_2xx"},
     {"4xx", "hrsp_4xx"},        {"5xx", "hrsp_5xx"},        {"bad requests", "ereq"},
     {"connect errors", "econ"}, {"bad responses", "eresp"}, {"retries", "wretr"},
     {"redispatches", "wredis"}, {"times down", "chkdown"},  {"down, s", "downtime"}});
constexpr auto kLegends =
    std::to_array<Shown>({{"address", "addr"}, {"cookie", "cookie"}, {"algorithm", "algo"}});

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string cell(std::string_view tag, std::string_view text) {
  const std::string name(tag);
  return "<" + name + ">" + escaped(text) + "</" + name + ">";
}

std::string_view colour(std::string_view status) {
  if (status.starts_with("DOWN") || status.starts_with("STOP")) return "down";
  if (status.starts_with("MAINT") || status.starts_with("PAUSED")) return "maint";
  return status.starts_with("DRAIN") ? "drain" : "up";
}

std::string table_begin(std::string_view name, bool legends) {
  std::string html = "<h2>" + escaped(name) + "</h2>\n<table><tr><th></th>";
  for (const Shown& shown : kShown) html += cell("th", shown.title);
  html += cell("th", "open tunnels");
  if (legends) {
    for (const Shown& shown : kLegends) html += cell("th", shown.title);
  }
  return html + "</tr>\n";
}

std::string row_of(const StatsRow& row, bool legends) {
  std::string html = "<tr class=\"" + std::string(colour(row.value("status"))) + "\">";
  html += cell("td", row.value("svname"));
  for (const Shown& shown : kShown) html += cell("td", row.value(shown.column));
  html += cell("td", std::to_string(row.tunnels));
  if (legends) {
    for (const Shown& shown : kLegends) html += cell("td", row.value(shown.column));
  }
  return html + "</tr>\n";
}

std::string head(const std::vector<StatsField>& info, const config::StatsPage& page) {
  std::string html =
      "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Statistics of wslb</title>"
      "<style>" +
      std::string(kStyle) + "</style></head><body>\n<h1>wslb";
  const auto value = [&info](std::string_view name) {
    const auto field = std::ranges::find(info, name, &StatsField::name);
    return field == info.end() ? std::string() : escaped(field->value);
  };
  if (!page.hide_version) html += " " + value("Version");
  html += " on " + value("node") + "</h1>\n<p>";
  html += "process " + value("Pid") + ", " + value("Nbthread") + " threads, up " + value("Uptime") +
          "; connections " + value("CurrConns") + " of " + value("Maxconn") + "; open tunnels " +
          value("Tunnels") + "; " + value("ConnRate") + " connections per second</p>\n";
  const std::string uri = escaped(page.uri);
  return html + "<p><a href=\"" + uri + "\">all</a> · <a href=\"" + uri +
         ";up\">without servers that are down</a> · <a href=\"" + uri +
         ";norefresh\">without refresh</a> · <a href=\"" + uri + ";csv\">CSV</a> · <a href=\"" +
         uri + ";json\">JSON</a></p>\n";
}

}  // namespace

std::string stats_page(const std::vector<StatsRow>& rows, const std::vector<StatsField>& info,
                       const config::StatsPage& page) {
  std::string html = head(info, page);
  std::size_t proxy = 0;
  for (const StatsRow& row : rows) {
    if (row.proxy != proxy) {
      if (proxy != 0) html += "</table>\n";
      html += table_begin(row.value("pxname"), page.show_legends);
      proxy = row.proxy;
    }
    html += row_of(row, page.show_legends);
  }
  if (proxy != 0) html += "</table>\n";
  return html + "</body></html>\n";
}

}  // namespace wslb::proxy
