#include "proxy/lb/health.h"

namespace wslb::proxy::lb {

std::optional<Transition> Health::on_result(bool ok) {
  const bool was_up = up();
  if (ok) {
    ++score_;
    if (up()) score_ = best_score();  // one success makes up for all failures before
  } else {
    score_ = score_ > params_.rise ? score_ - 1 : 0;
  }
  if (up() == was_up) return std::nullopt;
  return up() ? Transition::Up : Transition::Down;
}

base::Duration Health::next_delay() const {
  const bool settled = score_ == 0 || score_ == best_score();
  if (!settled) return params_.fastinter.value_or(params_.inter);
  return up() ? params_.inter : params_.downinter.value_or(params_.inter);
}

std::string Health::score(bool weightless) const {
  if (!up()) return std::to_string(score_) + "/" + std::to_string(params_.rise) + " DOWN";
  return std::to_string(score_ - params_.rise + 1) + "/" + std::to_string(params_.fall) +
         (weightless ? " DRAIN" : " UP");
}

void Health::go_on(const Health& before) {
  const bool comparable =
      params_.rise == before.params_.rise && params_.fall == before.params_.fall;
  if (comparable) {
    score_ = before.score_;
  } else {
    settle(before.up());
  }
}

void Health::reset() {
  score_ = params_.rise;
}

}  // namespace wslb::proxy::lb
