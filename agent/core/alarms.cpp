#include "agent/core/alarms.h"

namespace wslb::agent::core {

namespace {

constexpr base::Duration told_again = std::chrono::seconds(10);  // with another text, at most

}  // namespace

void Alarms::raise(Kind kind, std::string text, base::TimePoint now, Effects& effects) {
  Alarm& alarm = alarms_.at(static_cast<std::size_t>(kind));
  const bool is_new = alarm.text.empty();
  alarm.seen = now;
  if (!is_new && (alarm.text == text || now - alarm.told < told_again)) return;
  alarm.text = std::move(text);
  alarm.told = now;
  effects.emplace_back(Emit{EventKind::Alarm, section_, alarm.text, {}, true});
}

void Alarms::expire(base::TimePoint now, Effects& effects) {
  for (Alarm& alarm : alarms_) {
    if (alarm.text.empty() || now - alarm.seen < stays) continue;
    effects.emplace_back(Emit{EventKind::Alarm, section_, "over: " + alarm.text});
    alarm.text.clear();
  }
}

std::vector<std::string> Alarms::texts() const {
  std::vector<std::string> texts;
  for (const Alarm& alarm : alarms_) {
    if (!alarm.text.empty()) texts.push_back(alarm.text);
  }
  return texts;
}

}  // namespace wslb::agent::core
