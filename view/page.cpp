#include "view/page.h"

#include <algorithm>

#include "view/markup.h"
#include "view/picture.h"
#include "view/time_line.h"
#include "view/time_text.h"
#include "view/verdict.h"

namespace wslb::view {
namespace {

constexpr std::size_t kEventsShown = 20;

std::string cell(std::string_view text, std::string_view style = "") {
  return "<td" + (style.empty() ? "" : " class=\"" + std::string(style) + "\"") + ">" +
         escape_markup(text) + "</td>";
}

std::string head_row(std::initializer_list<std::string_view> names) {
  std::string row = "<tr>";
  for (const std::string_view name : names) row.append("<th>").append(name).append("</th>");
  return row + "</tr>";
}

std::string banner(const PageModel& model) {
  const proto::Status& status = model.status;
  const std::vector<std::string> alarms = alarms_of(status);
  std::string text = "<section id=\"verdict\" class=\"";
  text += alarms.empty() ? "good\"><h2>All is well</h2><ul>"
                         : "bad\"><h2>" + std::to_string(alarms.size()) +
                               (alarms.size() == 1 ? " alarm" : " alarms") + "</h2><ul>";
  for (const std::string& alarm : alarms) text += "<li>" + escape_markup(alarm) + "</li>";
  for (const auto& section : status.vrrp()) {
    if (!alarms.empty()) break;
    const std::string who = section.active_node().empty() ? "nobody" : section.active_node();
    text += "<li>" +
            escape_markup(section.name() + ": " + who + " is active; " +
                          describe(successor_of(status, section))) +
            "</li>";
  }
  if (status.drained()) {
    text +=
        "<li>" + escape_markup(status.node() + " is drained " + status.drained_since()) + "</li>";
  }
  return text + "</ul></section>";
}

std::string sections_table(const PageModel& model) {
  std::string text =
      "<section><h2>VRRP</h2><table>" +
      head_row({"Section", "State", "For", "Active", "Priority", "Interface", "VIPs"});
  for (const auto& section : model.status.vrrp()) {
    std::string vips;
    for (const std::string& vip : section.vips()) vips += (vips.empty() ? "" : ", ") + vip;
    text += "<tr>" + cell(section.name()) + cell(section.state(), tone_of(section.state())) +
            cell(age(model.now_unix_ms - section.since_unix_ms())) +
            cell(section.active_node().empty() ? "nobody" : section.active_node()) +
            cell(std::to_string(section.priority())) + cell(section.interface()) + cell(vips) +
            "</tr>";
    if (!section.reason().empty()) {
      text += "<tr><td></td><td colspan=\"6\">" + escape_markup(section.reason()) + "</td></tr>";
    }
  }
  return text + "</table></section>";
}

// A bar of SVG, since a policy without inline styles forbids widths in percent.
std::string bar(std::uint64_t value, std::uint64_t most) {
  const std::uint64_t width =
      most == 0 ? 0 : std::max<std::uint64_t>(value > 0, value * 160 / most);
  return "<td><svg class=\"bar\" width=\"164\" height=\"12\" aria-hidden=\"true\">"
         "<rect width=\"" +
         std::to_string(width) + "\" height=\"12\" rx=\"2\"/></svg></td>";
}

std::string backend_rows(const proto::TrafficRow& backend, const PageModel& model,
                         std::uint64_t most) {
  const std::string servers =
      std::to_string(backend.servers_up()) + "/" + std::to_string(backend.servers());
  std::string text =
      "<tr class=\"backend\">" + cell(backend.proxy()) +
      cell(backend.state() + " " + servers,
           backend.servers_up() < backend.servers() ? "doubtful" : tone_of(backend.state())) +
      cell(short_number(backend.tunnels())) + bar(backend.tunnels(), most) +
      cell(short_number(backend.sessions())) + cell(short_number(backend.queue())) + cell("") +
      "</tr>";
  for (const auto& row : model.status.traffic()) {
    if (row.kind() != proto::TrafficRow::SERVER || row.proxy() != backend.proxy()) continue;
    const std::string check = row.check() + (row.detail().empty() ? "" : ": " + row.detail());
    text += "<tr class=\"server\">" + cell(row.server()) + cell(row.state(), tone_of(row.state())) +
            cell(short_number(row.tunnels())) + bar(row.tunnels(), most) +
            cell(short_number(row.sessions())) + cell(short_number(row.queue())) + cell(check) +
            "</tr>";
  }
  return text;
}

std::string traffic_table(const PageModel& model) {
  std::uint64_t most = 0;
  for (const auto& row : model.status.traffic()) {
    if (row.kind() == proto::TrafficRow::BACKEND) most = std::max(most, row.tunnels());
  }
  std::string text = "<section id=\"backends\"><h2>Backends</h2><table>" +
                     head_row({"Backend", "State", "Tunnels", "", "Sessions", "Queue", "Check"});
  for (const auto& row : model.status.traffic()) {
    if (row.kind() == proto::TrafficRow::BACKEND) text += backend_rows(row, model, most);
  }
  text += "</table>";
  if (!model.status.traffic_error().empty()) {
    text += "<p class=\"doubtful\">" + escape_markup(model.status.traffic_error()) + "</p>";
  }
  return text + "</section>";
}

std::string tables_table(const proto::Status& status) {
  if (status.tables().empty()) return "";
  std::string text =
      "<section><h2>Sticky tables</h2><table>" + head_row({"Table", "Keys", "Entries", "Room"});
  for (const auto& table : status.tables()) {
    text += "<tr>" + cell(table.name()) + cell(table.type()) + cell(short_number(table.entries())) +
            cell(short_number(table.size())) + "</tr>";
  }
  return text + "</table></section>";
}

std::string events_list(const PageModel& model) {
  std::string text = "<section id=\"events\"><h2>Last events</h2><table>" +
                     head_row({"Time (UTC)", "What", "Of", ""});
  const std::size_t shown = std::min(kEventsShown, model.events.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const proto::Event& event = model.events[model.events.size() - 1 - i];
    text += "<tr>" + cell(iso8601(event.unix_ms())) + cell(event.kind()) + cell(event.subject()) +
            cell(event.text()) + "</tr>";
  }
  return text + "</table></section>";
}

}  // namespace

std::string page_content(const PageModel& model) {
  const proto::Status& status = model.status;
  return "<header><h1>" + escape_markup(status.cluster()) + "</h1><p>as " +
         escape_markup(status.node()) + " sees it at " + iso8601(model.now_unix_ms) + ", wslb " +
         escape_markup(status.version()) + ", up " +
         age(model.now_unix_ms - status.started_unix_ms()) + "</p></header>" + banner(model) +
         "<section id=\"picture\">" + cluster_picture(status) + "</section>" +
         "<section id=\"failovers\"><h2>States of this node</h2>" +
         failover_time_line(status, model.events, model.now_unix_ms) + "</section>" +
         sections_table(model) + traffic_table(model) + tables_table(status) + events_list(model);
}

std::string page_html(const PageModel& model) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
         "<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>"
         "<title>" +
         escape_markup(model.status.node() + " of " + model.status.cluster()) + "</title><style>" +
         std::string(page_style()) + "</style></head><body><main id=\"main\">" +
         page_content(model) + "</main><footer><p id=\"live\">" +
         "<a href=\"/status.json\">JSON</a> <a href=\"/metrics\">metrics</a></p></footer><script>" +
         std::string(page_script()) + "</script></body></html>\n";
}

std::string_view page_script() {
  return R"js(
(function () {
  var main = document.getElementById('main');
  function later(ms) { setTimeout(look, ms); }
  function look() {
    fetch('/live', {cache: 'no-store'}).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.text();
    }).then(function (html) {
      main.innerHTML = html;
      main.className = 'live';
      later(2000);
    }).catch(function () {
      main.className = 'stale';
      later(2000);
    });
  }
  later(2000);
})();
)js";
}

std::string_view page_style() {
  return R"css(
:root{--ink:#1c2430;--dim:#667;--paper:#fff;--box:#f4f6f9;--edge:#c5ccd6;--good:#12823b;
--bad:#c22;--doubtful:#a86a00;--accent:#2a6fdb}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ee;--dim:#9aa3b0;--paper:#14181e;--box:#1d232c;
--edge:#3a4452;--good:#3fc46f;--bad:#ff6b6b;--doubtful:#e2a53a;--accent:#6aa3ff}}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.45 system-ui,sans-serif}
main{max-width:1000px;margin:0 auto;padding:1rem}
main.stale{opacity:.45}
header h1{margin:0;font-size:1.6rem}header p,footer p{margin:.1rem 0 1rem;color:var(--dim)}
footer{max-width:1000px;margin:0 auto;padding:0 1rem 1rem}footer a{color:var(--accent)}
section{margin:0 0 1.2rem}h2{font-size:1.05rem;margin:.2rem 0 .4rem}
#verdict{border-left:6px solid;padding:.4rem .9rem;background:var(--box);border-radius:6px}
#verdict.good{border-color:var(--good);color:inherit}
#verdict.bad{border-color:var(--bad);color:inherit}
#verdict ul{margin:.2rem 0;padding-left:1.1rem}
#verdict.good h2{color:var(--good)}#verdict.bad h2{color:var(--bad)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{text-align:left;color:var(--dim);font-weight:600;border-bottom:1px solid var(--edge)}
td,th{padding:.18rem .6rem .18rem 0}tr.server td:first-child{padding-left:1.2rem}
tr.backend td{font-weight:600}
.good{color:var(--good);fill:var(--good)}.bad{color:var(--bad);fill:var(--bad)}
.doubtful{color:var(--doubtful);fill:var(--doubtful)}
svg text.plain,svg text.axis{fill:var(--ink)}svg text.axis{fill:var(--dim);font-size:12px}
svg text{font:14px system-ui,sans-serif}svg text.name{font-weight:700;fill:var(--ink)}
svg.picture,svg.timeline{width:100%;height:auto}
.host{fill:var(--box);stroke:var(--edge);stroke-width:1.5}
.host.active{stroke:var(--good);stroke-width:3}
.host.away{stroke:var(--bad);stroke-dasharray:6 4}
.vip{fill:var(--box);stroke:var(--accent);stroke-width:2}
.wire{stroke:var(--edge);stroke-width:2}.wire.live{stroke:var(--good);stroke-width:3}
.wire.idle{stroke-dasharray:4 5}.wire.broken{stroke:var(--bad);stroke-dasharray:3 4}
.bar rect{fill:var(--accent)}
.span.active{fill:var(--good)}.span.backup{fill:var(--edge)}.span.fault{fill:var(--bad)}
.span.init{fill:var(--doubtful)}
)css";
}

}  // namespace wslb::view
