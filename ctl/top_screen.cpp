#include "ctl/top_screen.h"

#include <algorithm>

#include "view/time_text.h"
#include "view/verdict.h"

namespace wslb::ctl {
namespace {

constexpr std::string_view kAlarm = "ALARM ";

std::size_t count_lines(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

// Escape sequences have no width.
std::string cut_line(std::string_view line, std::size_t width) {
  std::string result;
  std::size_t used = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b') {
      const auto end = std::min(line.find('m', i), line.size() - 1);
      result.append(line.substr(i, end - i + 1));
      i = end;
    } else if (width == 0 || used++ < width) {
      result += line[i];
    }
  }
  return result;
}

std::string cut(const std::string& text, std::size_t width, std::size_t lines) {
  std::string result;
  std::string_view rest = text;
  for (std::size_t i = 0; i < lines && !rest.empty(); ++i) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (i > 0) result += '\n';
    result += cut_line(rest.substr(0, end), width);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return result;
}

}  // namespace

void TopScreen::look(const proto::Status& status, std::int64_t now_unix_ms) {
  before_ = std::move(now_);
  now_ = Look{status, now_unix_ms};
  trouble_.clear();
}

void TopScreen::add_event(const proto::Event& event) {
  if (events_.size() == kEventsMax) events_.erase(events_.begin());
  const std::string time = view::iso8601(event.unix_ms());
  constexpr std::size_t kClockAt = 11;
  constexpr std::size_t kClock = 8;
  events_.push_back(time.substr(kClockAt, kClock) + " " + event.subject() + ": " + event.text());
}

std::string TopScreen::heading(const TableStyle& style) const {
  if (!now_) return "";
  const proto::Status& status = now_->status;
  const std::string time = view::iso8601(now_->at_unix_ms);
  std::string text = status.node() + " of " + status.cluster() + "  " + time.substr(0, 19) +
                     "Z  wslb " + status.version() + "  proxy ";
  const std::string& state = status.proxy().state();
  text += painted({state, colour_of(state)}, style);
  text += "  tunnels " + std::to_string(status.proxy().tunnels());
  if (status.drained()) text += "  " + painted({"DRAINED", kDoubtful}, style);
  return text + "\n";
}

std::string TopScreen::sections(const TableStyle& style) const {
  std::vector<Row> rows{{{"VRRP"}, {"STATE"}, {"FOR"}, {"ACTIVE NODE"}, {"TAKEOVER"}}};
  for (const proto::Status::Vrrp& section : now_->status.vrrp()) {
    const view::Successor successor = view::successor_of(now_->status, section);
    const bool good = successor.verdict == view::Successor::Verdict::Ready;
    rows.push_back({{section.name()},
                    {section.state(), colour_of(section.state())},
                    {view::age(now_->at_unix_ms - section.since_unix_ms())},
                    {or_dash(section.active_node())},
                    {view::describe(successor), good ? kGood : kBad}});
  }
  return lay_out(rows, style);
}

// Per second, since the look before.
std::string TopScreen::rate(const proto::TrafficRow& row,
                            std::uint64_t (proto::TrafficRow::*figure)() const) const {
  if (!before_ || now_->at_unix_ms <= before_->at_unix_ms) return "-";
  for (const proto::TrafficRow& old : before_->status.traffic()) {
    const bool same =
        old.kind() == row.kind() && old.proxy() == row.proxy() && old.server() == row.server();
    if (!same) continue;
    const std::uint64_t now = (row.*figure)();
    const std::uint64_t then = (old.*figure)();
    if (now < then) return "-";  // another process
    const auto passed = static_cast<std::uint64_t>(now_->at_unix_ms - before_->at_unix_ms);
    return view::short_number((now - then) * 1000 / passed);
  }
  return "-";
}

std::string TopScreen::traffic(const TableStyle& style, std::size_t lines) const {
  std::vector<Row> rows{{{"BACKEND/SERVER"},
                         {"STATE"},
                         {"TUNNELS", {}, true},
                         {"SESS", {}, true},
                         {"QUEUE", {}, true},
                         {"NEW/s", {}, true},
                         {"IN B/s", {}, true},
                         {"OUT B/s", {}, true}}};
  std::vector<const proto::TrafficRow*> all;
  for (const proto::TrafficRow& row : now_->status.traffic()) {
    if (row.kind() == proto::TrafficRow::SERVER) all.push_back(&row);
  }
  std::ranges::stable_sort(all, std::ranges::greater(), &proto::TrafficRow::sessions);
  using Counted = proto::TrafficRow;
  for (const proto::TrafficRow* row : all) {
    if (rows.size() > lines) break;
    rows.push_back({{row->proxy() + "/" + row->server()},
                    {row->state(), colour_of(row->state())},
                    number_cell(row->tunnels()),
                    number_cell(row->sessions()),
                    number_cell(row->queue()),
                    {rate(*row, &Counted::sessions_total), {}, true},
                    {rate(*row, &Counted::bytes_in), {}, true},
                    {rate(*row, &Counted::bytes_out), {}, true}});
  }
  return lay_out(rows, style);
}

std::string TopScreen::draw(const TableStyle& style, std::size_t lines) const {
  std::string head;
  if (!trouble_.empty()) head += painted({printable(trouble_), kBad}, style) + "\n";
  if (!now_) return cut(head, style.width, lines);
  head += heading(style) + "\n" + sections(style);
  for (const std::string& alarm : view::alarms_of(now_->status)) {
    head += painted({std::string(kAlarm), kBad}, style) + printable(alarm) + "\n";
  }
  std::string foot;
  for (const std::string& event : events_) foot += printable(event) + "\n";
  const std::size_t used = count_lines(head) + count_lines(foot) + 4;
  const std::size_t room = lines > used ? lines - used : 1;
  std::string text = head + "\n" + traffic(style, room);
  if (!now_->status.traffic_error().empty()) text += printable(now_->status.traffic_error()) + "\n";
  return cut(text + "\n" + foot, style.width, lines);
}

}  // namespace wslb::ctl
