#include "vrrp/router.h"

#include <algorithm>

#include "vrrp/packet.h"
#include "vrrp/timing.h"

namespace wslb::vrrp {

Router::Router(const RouterConfig& config) : config_(config), active_interval_(config.interval) {}

base::Duration Router::active_down() const {
  return active_down_interval(config_.version, config_.priority, active_interval_);
}

Effects Router::step(Event event, const Heard& advert, base::TimePoint now) {
  Effects effects;
  switch (state_) {
    case State::Init:
      in_init(event, now, effects);
      break;
    case State::Backup:
      in_backup(event, advert, now, effects);
      break;
    case State::Active:
      // A stall longer than our Active-Down time: the peers have elected another router meanwhile.
      if (now - last_advert_ > active_down()) {
        become_backup(Cause::Stalled, now, effects);
        in_backup(event, advert, now, effects);
      } else {
        in_active(event, advert, now, effects);
      }
      break;
  }
  return effects;
}

// RFC 9568, section 6.4.1.
void Router::in_init(Event event, base::TimePoint now, Effects& effects) {
  if (event == Event::Resume) return become_active(Cause::Resumed, now, effects);
  if (event != Event::Start) return;
  if (config_.priority == priority_owner) {
    become_active(Cause::Owner, now, effects);
  } else {
    become_backup(Cause::Started, now, effects);
  }
}

// RFC 9568, section 6.4.2.
void Router::in_backup(Event event, const Heard& advert, base::TimePoint now, Effects& effects) {
  switch (event) {
    case Event::Start:
    case Event::Resume:
    case Event::Resign:
    case Event::StepDown:
    case Event::Wake:
      break;
    case Event::Shutdown:
      become_init(effects);
      break;
    case Event::Receive:
      backup_receive(advert, now);
      break;
    case Event::Expire:
      if (now < *timer_) break;
      if (now - *timer_ > active_down()) {
        listen_again(now);
      } else {
        become_active(active_resigned_ ? Cause::ActiveResigned : Cause::TimerExpired, now, effects);
      }
      break;
    case Event::TakeOver:
      become_active(Cause::Commanded, now, effects);
      break;
  }
}

// RFC 9568, section 6.4.3.
void Router::in_active(Event event, const Heard& advert, base::TimePoint now, Effects& effects) {
  switch (event) {
    case Event::Start:
    case Event::Resume:
    case Event::TakeOver:
    case Event::Wake:
      break;
    case Event::Shutdown:
      become_init(effects);
      effects.emplace_back(SendAdvert{priority_resign});
      break;
    case Event::Receive:
      active_receive(advert, now, effects);
      break;
    case Event::Expire:
      if (now >= *timer_) advertise(now, effects);
      break;
    case Event::Resign:
      become_backup(Cause::Commanded, now, effects);
      effects.emplace_back(SendAdvert{priority_resign});
      break;
    case Event::StepDown:
      become_backup(Cause::Commanded, now, effects);
      break;
  }
}

void Router::backup_receive(const Heard& advert, base::TimePoint now) {
  if (advert.priority == priority_resign) {
    const base::Duration skew =
        advert.heir ? base::Duration(0)
                    : skew_time(config_.version, config_.priority, active_interval_);
    timer_ = std::min(*timer_, now + skew);
    active_resigned_ = true;
  } else if (!config_.preempt || advert.priority >= config_.priority) {
    follow(advert, now);
  }
  // Else we preempt: the advert is discarded and the timer keeps running.
}

void Router::active_receive(const Heard& advert, base::TimePoint now, Effects& effects) {
  const bool better =
      advert.priority > config_.priority ||
      (advert.priority == config_.priority && advert.source > config_.primary_address);
  if (advert.priority == priority_resign) {
    advertise(now, effects);
  } else if (better) {
    become_backup(Cause::HigherPriority, now, effects);
    follow(advert, now);
  } else {
    // At once, so that bridges learn the way back to us (RFC 9568, section 6.4.3).
    advertise(now, effects);
    effects.emplace_back(RivalHeard{});
  }
}

// Learns the active router's interval and waits for its next advert.
void Router::follow(const Heard& advert, base::TimePoint now) {
  active_interval_ = advert.interval;
  listen_again(now);
}

void Router::listen_again(base::TimePoint now) {
  timer_ = now + active_down();
  active_resigned_ = false;
}

void Router::advertise(base::TimePoint now, Effects& effects) {
  effects.emplace_back(SendAdvert{config_.priority});
  last_advert_ = now;
  timer_ = now + config_.interval;
}

void Router::become_init(Effects& effects) {
  state_ = State::Init;
  timer_.reset();
  effects.emplace_back(Become{State::Init, Cause::Stopped});
}

void Router::become_backup(Cause cause, base::TimePoint now, Effects& effects) {
  state_ = State::Backup;
  active_interval_ = config_.interval;
  listen_again(now);
  effects.emplace_back(Become{State::Backup, cause});
}

void Router::become_active(Cause cause, base::TimePoint now, Effects& effects) {
  state_ = State::Active;
  active_interval_ = config_.interval;
  advertise(now, effects);
  effects.emplace_back(Become{State::Active, cause});
}

std::string_view to_string(State state) {
  switch (state) {
    case State::Init:
      return "init";
    case State::Backup:
      return "backup";
    case State::Active:
      return "active";
  }
  return "";
}

}  // namespace wslb::vrrp
