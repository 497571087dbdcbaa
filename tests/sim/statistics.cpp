#include "tests/sim/statistics.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>

namespace wslb::sim {

namespace {

using namespace std::chrono_literals;

std::string text_of(base::Duration duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f ms",
                std::chrono::duration<double, std::milli>(duration).count());
  return text;
}

void print_times(const char* what, const Histogram& times) {
  if (times.count() == 0) return;
  std::printf("  %s: %llu, p50 %s, p99 %s, max %s\n", what,
              static_cast<unsigned long long>(times.count()), text_of(times.quantile(0.5)).c_str(),
              text_of(times.quantile(0.99)).c_str(), text_of(times.max()).c_str());
}

}  // namespace

std::string_view to_string(Fault fault) {
  constexpr std::array<std::string_view, fault_count> names{"power cuts",
                                                            "clean stops",
                                                            "agents killed",
                                                            "agents paused",
                                                            "proxies down",
                                                            "proxies killed",
                                                            "proxies succeeded",
                                                            "tracks down",
                                                            "links down",
                                                            "one-way cuts",
                                                            "filters",
                                                            "one-way losses",
                                                            "splits",
                                                            "duplications",
                                                            "reorderings",
                                                            "VIPs removed",
                                                            "adds refused",
                                                            "commands",
                                                            "commands with a death",
                                                            "pairs of commands",
                                                            "packets replayed",
                                                            "packets forged",
                                                            "VIPs claimed"};
  return names.at(static_cast<std::size_t>(fault));
}

void Histogram::add(base::Duration duration) {
  const auto count = static_cast<double>(std::max<base::Duration::rep>(duration.count(), 1));
  const auto bucket = static_cast<std::size_t>(std::log2(count) * per_octave);
  ++buckets_.at(std::min(bucket, buckets_.size() - 1));
  ++count_;
  max_ = std::max(max_, duration);
}

void Histogram::add(const Histogram& other) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_.at(i) += other.buckets_.at(i);
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

base::Duration Histogram::quantile(double part) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count_)));
  std::uint64_t passed = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    passed += buckets_.at(i);
    if (passed >= wanted && passed > 0) {
      const double upper = std::exp2(static_cast<double>(i + 1) / per_octave);
      return std::min(max_, base::Duration(static_cast<base::Duration::rep>(upper)));
    }
  }
  return max_;
}

std::size_t Statistics::class_of(base::Duration interval) {
  return interval < 100ms ? 0 : interval < 1s ? 1 : 2;
}

void Statistics::add(const Statistics& other) {
  seeds += other.seeds;
  simulated += other.simulated;
  steps += other.steps;
  for (std::size_t i = 0; i < fault_count; ++i) faults.at(i) += other.faults.at(i);
  take_overs += other.take_overs;
  adverts_delivered += other.adverts_delivered;
  adverts_lost += other.adverts_lost;
  for (std::size_t i = 0; i < classes; ++i) outages.at(i).add(other.outages.at(i));
  starts.add(other.starts);
  start_doubles += other.start_doubles;
}

void Statistics::print() const {
  const double years = std::chrono::duration<double>(simulated).count() / (365.25 * 86400);
  std::printf("%llu seeds, %.4f virtual years, %llu steps\n",
              static_cast<unsigned long long>(seeds), years,
              static_cast<unsigned long long>(steps));
  std::printf("  faults:");
  for (std::size_t i = 0; i < fault_count; ++i) {
    const std::string name(to_string(static_cast<Fault>(i)));
    std::printf("%s %s %llu", i > 0 ? "," : "", name.c_str(),
                static_cast<unsigned long long>(faults.at(i)));
  }
  std::printf("\n  adverts: %llu delivered, %llu lost; take-overs: %llu\n",
              static_cast<unsigned long long>(adverts_delivered),
              static_cast<unsigned long long>(adverts_lost),
              static_cast<unsigned long long>(take_overs));
  print_times("outages at 10 ms", outages[0]);
  print_times("outages at 100 ms", outages[1]);
  print_times("outages at 1 s", outages[2]);
  print_times("equal starts", starts);
  if (starts.count() > 0) {
    std::printf("  of these two were active for a moment: %llu; one active in the end: %llu\n",
                static_cast<unsigned long long>(start_doubles),
                static_cast<unsigned long long>(starts.count()));
  }
}

}  // namespace wslb::sim
