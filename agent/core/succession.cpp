#include "agent/core/succession.h"

#include <utility>

namespace wslb::agent::core {

namespace {

std::string time_text(base::Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) +
         " ms";
}

}  // namespace

void Succession::begin(std::string reason, base::TimePoint now) {
  stage_ = Stage::Waiting;
  reason_ = std::move(reason);
  died_ = now;
  deadline_ = now + patience_;
}

std::string Succession::succeed(std::int32_t pid, base::TimePoint now) {
  const bool too_late = std::exchange(stage_, Stage::None) == Stage::Ending;
  return reason_ + "; process " + std::to_string(pid) + " goes on after " + time_text(now - died_) +
         (too_late ? ", without its connections" : "");
}

Succession::Verdict Succession::expire(base::TimePoint now) {
  if (stage_ == Stage::None || now < deadline_) return Verdict::Wait;
  if (stage_ == Stage::Ending) return kept_ended();
  stage_ = Stage::Ending;
  deadline_ = now + kEndingMax;
  return Verdict::EndKept;
}

// The answer may come when nobody waits for it any more.
Succession::Verdict Succession::kept_ended() {
  if (stage_ != Stage::Ending) return Verdict::Wait;
  stage_ = Stage::None;
  return Verdict::Lost;
}

std::optional<base::TimePoint> Succession::next_expiry() const {
  if (stage_ == Stage::None) return std::nullopt;
  return deadline_;
}

std::string Succession::loss() const {
  return reason_ + ", and no successor was ready within " + time_text(patience_);
}

}  // namespace wslb::agent::core
