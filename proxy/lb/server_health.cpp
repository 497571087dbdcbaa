#include "proxy/lb/server_health.h"

#include <utility>

namespace wslb::proxy::lb {

using config::CheckStatus;
using config::CheckVerdict;
using config::ObserveParams;

namespace {

enum class Weight : std::uint8_t { Ignored, Good, Bad };

Weight weight_of(Observation observation, ObserveParams::Mode mode) {
  const bool layer4 = mode == ObserveParams::Mode::Layer4;
  switch (observation) {
    case Observation::Connected:
      return layer4 ? Weight::Good : Weight::Ignored;
    case Observation::ConnectFailed:
      return Weight::Bad;
    case Observation::GoodResponse:
      return layer4 ? Weight::Ignored : Weight::Good;
    case Observation::WrongStatus:
    case Observation::BadHead:
    case Observation::ReadError:
    case Observation::ReadTimeout:
    case Observation::Closed:
      return layer4 ? Weight::Ignored : Weight::Bad;
  }
  return Weight::Ignored;
}

std::string_view phrase_for(Observation observation) {
  switch (observation) {
    case Observation::Connected:
      return "L4 successful connection";
    case Observation::ConnectFailed:
      return "L4 unsuccessful connection";
    case Observation::GoodResponse:
      return "Correct http response";
    case Observation::WrongStatus:
      return "Wrong http response";
    case Observation::BadHead:
      return "Invalid http response (headers)";
    case Observation::ReadError:
      return "Read error (http)";
    case Observation::ReadTimeout:
      return "Read timeout (http)";
    case Observation::Closed:
      return "Close from server (http)";
  }
  return {};
}

}  // namespace

Observation observed_status(int status) {
  const bool good = (status >= 100 && status < 500) || status == 501 || status == 505;
  return good ? Observation::GoodResponse : Observation::WrongStatus;
}

ServerHealth::News ServerHealth::on_check(CheckStatus status) {
  News news;
  const bool changed = std::exchange(last_check_, status) != status;
  const CheckVerdict verdict = verdict_of(status);
  if (verdict == CheckVerdict::Neutral) return news;
  const bool ok = verdict != CheckVerdict::Failed;
  news.notable = !checks_.settled_at(ok) || changed;
  (void)checks_.on_result(ok);
  if (!ok) {
    if (!checks_.up()) news.state = Operation::Stopped;
    return news;
  }
  errors_ = 0;
  const bool allowed = checks_.up() && (!agent_enabled_ || agent_up_);
  if (!allowed) return news;
  news.state = verdict == CheckVerdict::Conditional ? Operation::Stopping : Operation::Running;
  return news;
}

// That an agent cannot be reached says nothing about its server.
ServerHealth::News ServerHealth::on_agent(CheckStatus status, Operation now) {
  News news;
  const bool changed = std::exchange(last_agent_, status) != status;
  if (verdict_of(status) == CheckVerdict::Neutral) return news;
  news.notable = changed;
  if (status == CheckStatus::L7Status) {
    agent_up_ = false;
    news.state = Operation::Stopped;
  } else if (verdict_of(status) == CheckVerdict::Passed) {
    agent_up_ = true;
    errors_ = 0;
    if (checks_allow() && now != Operation::Stopping) news.state = Operation::Running;
  }
  return news;
}

std::optional<ServerHealth::Alarm> ServerHealth::on_traffic(Observation observation) {
  const ObserveParams& observe = server_.observe;
  const Weight weight = weight_of(observation, observe.mode);
  if (weight == Weight::Good) errors_ = 0;
  if (weight != Weight::Bad || ++errors_ < observe.error_limit) return std::nullopt;
  Alarm alarm{"Detected " + std::to_string(errors_) +
                  " consecutive errors, last one was: " + std::string(phrase_for(observation)),
              observe.on_error != ObserveParams::OnError::FastInter};
  errors_ = 0;
  if (observe.on_error == ObserveParams::OnError::MarkDown) checks_.weaken(1);
  if (observe.on_error == ObserveParams::OnError::SuddenDeath) checks_.weaken(2);
  return alarm;
}

void ServerHealth::go_on(const ServerHealth& before) {
  if (server_.check.enabled && before.server_.check.enabled) {
    checks_.go_on(before.checks_);
    last_check_ = before.last_check_;
  }
  if (agent_enabled_ && before.agent_enabled_) {
    agent_up_ = before.agent_up_;
    last_agent_ = before.last_agent_;
  }
  errors_ = before.errors_;
}

void ServerHealth::reset() {
  checks_.reset();
  agent_up_ = true;
  errors_ = 0;
}

std::string ServerHealth::agent_score(bool weightless) const {
  if (!agent_up_) return "0/1 DOWN";
  return weightless ? "1/1 DRAIN" : "1/1 UP";
}

}  // namespace wslb::proxy::lb
