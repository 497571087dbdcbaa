// A proxy that died while its connections are kept: it counts as up until its successor has had the
// time of `takeover-after` to be ready. When that is over, first the connections are ended
// (EndKept), then the proxy is lost. Used by Node, which tells it what happens and asks it what
// follows.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace wslb::agent::core {

class Succession {
 public:
  // The VIPs stay no longer for the connections' ends to get out: to end thousands takes this long.
  static constexpr base::Duration kEndingMax = std::chrono::milliseconds(100);

  // `patience`: 0: nobody is ever waited for.
  explicit Succession(base::Duration patience) : patience_(patience) {}

  [[nodiscard]] bool waits_for_anybody() const { return patience_ > base::Duration(0); }
  [[nodiscard]] bool is_under_way() const { return stage_ != Stage::None; }

  // `reason`: how the proxy died, "process 4711 died".
  void begin(std::string reason, base::TimePoint now);
  // Somebody is ready. The text is for the operator.
  [[nodiscard]] std::string succeed(std::int32_t pid, base::TimePoint now);
  void abandon() { stage_ = Stage::None; }

  enum class Verdict : std::uint8_t {
    Wait,
    EndKept,  // the time is over
    Lost,     // and the connections are ended; it is no longer under way
  };
  [[nodiscard]] Verdict expire(base::TimePoint now);
  [[nodiscard]] Verdict kept_ended();
  [[nodiscard]] std::optional<base::TimePoint> next_expiry() const;
  // Why the proxy is lost.
  [[nodiscard]] std::string loss() const;

 private:
  enum class Stage : std::uint8_t {
    None,
    Waiting,
    Ending,  // the connections are being ended
  };

  base::Duration patience_;
  Stage stage_ = Stage::None;
  std::string reason_;
  base::TimePoint died_;
  base::TimePoint deadline_;  // of the stage
};

}  // namespace wslb::agent::core
