// sim: plays stories in virtual time and says what broke. See README.md for the flags.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/sim/workers.h"

namespace {

constexpr const char* usage =
    "usage: sim [--seeds N] [--from S] [--jobs J] [--rounds R] [--starts N] [--kept FILE] "
    "[--trace]\n";

int play_one(std::uint64_t seed, const wslb::sim::Order& order) {
  wslb::sim::Statistics statistics;
  const bool is_start = order.starts > 0;
  const wslb::sim::Outcome outcome = is_start
                                         ? wslb::sim::play_start(seed, true, statistics)
                                         : wslb::sim::play(seed, order.rounds, true, statistics);
  for (const std::string& line : outcome.trace) std::printf("%s\n", line.c_str());
  if (!outcome.violation) {
    statistics.print();
    return 0;
  }
  std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), outcome.violation->c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  wslb::sim::Order order;
  bool trace = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (flag == "--trace") {
      trace = true;
      continue;
    }
    const char* value = i + 1 < argc ? argv[++i] : nullptr;
    const std::uint64_t number = value == nullptr ? 0 : std::strtoull(value, nullptr, 10);
    if (value != nullptr && flag == "--seeds") {
      order.seeds = number;
    } else if (value != nullptr && flag == "--from") {
      order.from = number;
    } else if (value != nullptr && flag == "--jobs" && number > 0) {
      order.jobs = number;
    } else if (value != nullptr && flag == "--rounds") {
      order.rounds = static_cast<int>(number);
    } else if (value != nullptr && flag == "--starts") {
      order.starts = number;
    } else if (value != nullptr && flag == "--kept") {
      order.kept = value;
    } else {
      std::fprintf(stderr, "%s", usage);
      return 2;
    }
  }
  if (trace) {
    if (order.seeds > 0) order.starts = 0;
    return play_one(order.from, order);
  }
  return wslb::sim::run(order) ? 0 : 1;
}
