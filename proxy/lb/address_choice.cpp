#include "proxy/lb/address_choice.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <tuple>

namespace wslb::proxy::lb {
namespace {

using base::IpAddress;

// The smaller the better; equal ones stand in the order of the answer.
std::tuple<bool, bool, bool> rank(const config::Resolution& wish, const IpAddress& address,
                                  bool taken) {
  const bool is_near = std::ranges::any_of(
      wish.networks, [&](const base::IpNetwork& network) { return network.contains(address); });
  return {taken, !wish.networks.empty() && !is_near, address.is_v4() == wish.prefers_v6};
}

}  // namespace

std::vector<std::optional<IpAddress>> choose_addresses(std::span<const Seeker> seekers,
                                                       std::span<const IpAddress> known) {
  std::vector<std::optional<IpAddress>> chosen(seekers.size());
  std::set<base::Endpoint> taken;
  for (std::size_t i = 0; i < seekers.size(); ++i) {
    const auto& [wish, has, port] = seekers[i];
    if (!has || std::ranges::count(known, *has) == 0) continue;
    if (taken.insert({*has, port}).second || wish->shares_addresses) chosen[i] = has;
  }
  for (std::size_t i = 0; i < seekers.size(); ++i) {
    if (chosen[i]) continue;
    const auto& [wish, has, port] = seekers[i];
    std::optional<std::tuple<bool, bool, bool>> best;
    for (const IpAddress& address : known) {
      const bool is_taken = taken.contains({address, port});
      if (is_taken && !wish->shares_addresses) continue;
      const auto offer = rank(*wish, address, is_taken);
      if (best && *best <= offer) continue;
      best = offer;
      chosen[i] = address;
    }
    if (chosen[i]) taken.insert({*chosen[i], port});
  }
  return chosen;
}

std::vector<std::optional<ServiceRecord>> choose_services(
    std::span<const std::optional<ServiceRecord>> has, std::span<const ServiceRecord> known) {
  std::vector<std::optional<ServiceRecord>> chosen(has.size());
  std::vector<bool> taken(known.size());
  for (std::size_t i = 0; i < has.size(); ++i) {
    for (std::size_t k = 0; has[i] && !chosen[i] && k < known.size(); ++k) {
      if (taken[k] || known[k] != *has[i]) continue;
      chosen[i] = known[k];
      taken[k] = true;
    }
  }
  for (std::size_t i = 0; i < has.size(); ++i) {
    if (chosen[i]) continue;
    const auto next = std::ranges::find(taken, false);
    if (next == taken.end()) break;
    *next = true;
    chosen[i] = known[static_cast<std::size_t>(next - taken.begin())];
  }
  return chosen;
}

int server_weight(std::uint16_t record_weight) {
  constexpr int kStep = 256;
  return (record_weight + kStep - 1) / kStep;
}

}  // namespace wslb::proxy::lb
