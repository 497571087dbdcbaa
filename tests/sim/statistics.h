// What a run has gone through: how much time, which faults, how long take-overs took. Plain data,
// so that worker processes can hand it over as it is.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace wslb::sim {

enum class Fault : std::uint8_t {
  PowerCut,
  CleanStop,
  AgentKilled,
  AgentPaused,
  ProxyDown,
  ProxyKilled,     // and its connections are kept
  ProxySucceeded,  // by another one before it was lost
  TrackDown,
  LinkDown,
  PathCut,       // one direction
  PathFiltered,  // likewise: adverts alone are lost
  PathLoss,      // one direction
  NetworkSplit,
  Duplication,
  Reordering,
  VipRemoved,
  AddRefused,
  Command,
  CommandHalfway,  // and one side dies at once
  CommandPair,     // two at once
  PacketReplayed,
  PacketForged,
  VipClaimed,
};
inline constexpr std::size_t fault_count = 23;
[[nodiscard]] std::string_view to_string(Fault fault);

// How long take-overs took, in steps of about 4 %.
class Histogram {
 public:
  void add(base::Duration duration);
  void add(const Histogram& other);
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] base::Duration quantile(double part) const;
  [[nodiscard]] base::Duration max() const { return max_; }

 private:
  static constexpr std::size_t per_octave = 16;
  std::array<std::uint64_t, 40 * per_octave> buckets_{};  // of nanoseconds
  std::uint64_t count_ = 0;
  base::Duration max_{};
};

struct Statistics {
  std::uint64_t seeds = 0;
  base::Duration simulated{};
  std::uint64_t steps = 0;
  std::array<std::uint64_t, fault_count> faults{};
  std::uint64_t take_overs = 0;
  std::uint64_t adverts_delivered = 0;
  std::uint64_t adverts_lost = 0;
  // From the loss of the active host until the next one, in networks that lose nothing; by the
  // advert interval of 10 ms, 100 ms and 1 s.
  static constexpr std::size_t classes = 3;
  std::array<Histogram, classes> outages{};
  Histogram starts;                 // the equal starts: until one host is active for good
  std::uint64_t start_doubles = 0;  // of these, how often two were active for a moment

  [[nodiscard]] static std::size_t class_of(base::Duration interval);
  void count(Fault fault) { ++faults.at(static_cast<std::size_t>(fault)); }
  void add(const Statistics& other);
  void print() const;
};

}  // namespace wslb::sim
