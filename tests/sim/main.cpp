// sim [--seeds N] [--from S] [--trace]: plays the scenarios of N seeds, each twice to see that it
// is deterministic. The first that fails prints its story and how to play it again; exit status 1.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/sim/scenario.h"

using wslb::sim::Outcome;

int main(int argc, char** argv) {
  std::uint64_t seeds = 1;
  std::uint64_t from = 1;
  bool trace = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (flag == "--trace") {
      trace = true;
    } else if ((flag == "--seeds" || flag == "--from") && i + 1 < argc) {
      (flag == "--seeds" ? seeds : from) = std::strtoull(argv[++i], nullptr, 10);
    } else {
      std::fprintf(stderr, "usage: sim [--seeds N] [--from S] [--trace]\n");
      return 2;
    }
  }
  for (std::uint64_t seed = from; seed < from + seeds; ++seed) {
    Outcome outcome = wslb::sim::play(seed);
    if (!outcome.violation && wslb::sim::play(seed).trace != outcome.trace) {
      outcome.violation = "two runs of the same seed differ";
    }
    if (trace || outcome.violation) {
      for (const std::string& line : outcome.trace) std::printf("%s\n", line.c_str());
    }
    if (outcome.violation) {
      std::printf("seed %llu: %s\nagain: sim --from %llu --trace\n",
                  static_cast<unsigned long long>(seed), outcome.violation->c_str(),
                  static_cast<unsigned long long>(seed));
      return 1;
    }
  }
  std::printf("%llu seeds from %llu: no violation\n", static_cast<unsigned long long>(seeds),
              static_cast<unsigned long long>(from));
  return 0;
}
