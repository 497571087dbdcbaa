#include "view/time_line.h"

#include <algorithm>
#include <array>

#include "view/markup.h"
#include "view/time_text.h"

namespace wslb::view {
namespace {

constexpr int kWidth = 760;
constexpr int kLeft = 130;
constexpr int kLane = 30;
constexpr int kBar = 18;
constexpr std::int64_t kShortest = 60'000;     // that the line covers, in ms
constexpr std::int64_t kLongest = 86'400'000;  // a day
constexpr int kLabels = 4;

struct Span {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::string state;
};

// From the agent's first event of the section on; before that nothing is known.
std::vector<Span> spans_of(const std::string& section, const std::vector<proto::Event>& events,
                           std::int64_t now) {
  std::vector<Span> spans;
  for (const proto::Event& event : events) {
    if (event.state().empty() || event.subject() != section) continue;
    if (!spans.empty()) spans.back().end = event.unix_ms();
    spans.push_back({event.unix_ms(), now, event.state()});
  }
  return spans;
}

std::int64_t begin_of(const std::vector<proto::Event>& events, std::int64_t now) {
  std::int64_t first = now - kShortest;
  for (const proto::Event& event : events) {
    if (!event.state().empty()) first = std::min(first, event.unix_ms());
  }
  return std::max(first, now - kLongest);
}

class Scale {
 public:
  Scale(std::int64_t begin, std::int64_t end) : begin_(begin), end_(end) {}
  [[nodiscard]] int x(std::int64_t at) const {
    const double part = static_cast<double>(std::clamp(at, begin_, end_) - begin_) /
                        static_cast<double>(end_ - begin_);
    return kLeft + static_cast<int>(part * (kWidth - kLeft));
  }

 private:
  std::int64_t begin_;
  std::int64_t end_;
};

std::string draw_span(const Span& span, const Scale& scale, int y) {
  const int left = scale.x(span.begin);
  const int width = std::max(2, scale.x(span.end) - left);
  const std::string title =
      span.state + " since " + iso8601(span.begin) + ", for " + age(span.end - span.begin);
  return "<rect x=\"" + std::to_string(left) + "\" y=\"" + std::to_string(y) + "\" width=\"" +
         std::to_string(width) + "\" height=\"" + std::to_string(kBar) + "\" class=\"span " +
         escape_markup(span.state) + "\"><title>" + escape_markup(title) + "</title></rect>";
}

}  // namespace

std::string failover_time_line(const proto::Status& status, const std::vector<proto::Event>& events,
                               std::int64_t now_unix_ms) {
  const std::int64_t begin = begin_of(events, now_unix_ms);
  const Scale scale(begin, now_unix_ms);
  const int height = kLane * std::max(1, status.vrrp_size()) + 24;
  std::string text =
      "<svg class=\"timeline\" role=\"img\" aria-label=\"states over time\" "
      "viewBox=\"0 0 " +
      std::to_string(kWidth + 10) + " " + std::to_string(height) + "\">";
  int y = 4;
  for (const auto& section : status.vrrp()) {
    text += svg_text(0, y + 14, "plain", section.name());
    for (const Span& span : spans_of(section.name(), events, now_unix_ms)) {
      if (span.end >= begin) text += draw_span(span, scale, y);
    }
    y += kLane;
  }
  for (int i = 0; i <= kLabels; ++i) {
    const std::int64_t at = begin + (now_unix_ms - begin) * i / kLabels;
    const std::string label = i == kLabels ? "now" : "-" + short_age(now_unix_ms - at);
    text += svg_text(std::min(scale.x(at), kWidth - 24), y + 14, "axis", label);
  }
  return text + "</svg>";
}

}  // namespace wslb::view
