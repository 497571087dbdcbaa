// What is wrong around a section though it works: somebody else answers for its VIP, another
// virtual router has its VRID, a peer's adverts are refused. Each kind is told once when it begins
// and when it is over, and stands in the status meanwhile; one text for each kind, so that whatever
// an attacker sends costs no memory and no flood of events.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/core/effect.h"
#include "base/time.h"

namespace wslb::agent::core {

class Alarms {
 public:
  enum class Kind : std::uint8_t {
    AddressClaimed,  // another host has a VIP while we are active
    OwnAddress,      // adverts from our own address come in
    VridClash,       // another virtual router uses our VRID
    Mismatch,        // a peer's version, interval or list of VIPs is not ours
    Authentication,  // a peer's adverts are refused for their signature
    Unheard,         // a peer is active, as its agent says, and its adverts do not arrive
  };
  static constexpr std::size_t kinds = 6;
  static constexpr base::Duration stays = std::chrono::seconds(70);  // after it was last seen

  explicit Alarms(std::string section) : section_(std::move(section)) {}

  // `text`: one clause that says what, who, and what to do.
  void raise(Kind kind, std::string text, base::TimePoint now, Effects& effects);
  void expire(base::TimePoint now, Effects& effects);

  [[nodiscard]] std::vector<std::string> texts() const;

 private:
  struct Alarm {
    std::string text;  // empty: none
    base::TimePoint seen;
    base::TimePoint told;
  };

  std::string section_;
  std::array<Alarm, kinds> alarms_;
};

}  // namespace wslb::agent::core
