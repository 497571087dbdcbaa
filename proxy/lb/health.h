// Is a server up? Counts the results of its checks with HAProxy's rise and fall: `rise` successes
// in a row bring it up, `fall` failures in a row take it down. The shell runs the checks, feeds
// their results in, tells Backend::set_health() of a transition and waits next_delay() before the
// next check. A server begins up, but its very first failure takes it down (as HAProxy's "UP 1/3"),
// so that one that was never there is not used for long.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "config/server.h"

namespace wslb::proxy::lb {

enum class Transition : std::uint8_t { Up, Down };

class Health {
 public:
  explicit Health(const config::CheckParams& params) : params_(params) { reset(); }

  // The result of one check; a value when the server changed state by it.
  std::optional<Transition> on_result(bool ok);

  // From the end of a check to the begin of the next: fastinter while the server is on its way to
  // the other state, downinter when it is down, else inter.
  [[nodiscard]] base::Duration next_delay() const;

  // As at the start: up, one failure from down. For a server that leaves maintenance.
  void reset();

  // Goes on with what was counted under other parameters.
  void go_on(const Health& before);

  // Takes an up server to so many failures from down, if it is further than that.
  void weaken(int failures) { score_ = std::min(score_, std::max(params_.rise - 1 + failures, 0)); }

  // As after many results of one kind.
  void settle(bool ok) { score_ = ok ? best_score() : 0; }

  [[nodiscard]] bool up() const { return score_ >= params_.rise; }
  // 0 .. rise + fall - 1; up from `rise` on.
  [[nodiscard]] int points() const { return score_; }
  // Whether another such result would change nothing.
  [[nodiscard]] bool settled_at(bool ok) const { return score_ == (ok ? best_score() : 0); }
  // "2/3 UP", in HAProxy's way; `weightless`: a server that takes nobody new for its weight of 0.
  [[nodiscard]] std::string score(bool weightless) const;

 private:
  [[nodiscard]] int best_score() const { return params_.rise + params_.fall - 1; }

  config::CheckParams params_;
  int score_ = 0;  // 0 .. rise + fall - 1; up from `rise` on
};

}  // namespace wslb::proxy::lb
