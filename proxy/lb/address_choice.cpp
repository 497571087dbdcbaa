#include "proxy/lb/address_choice.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

namespace wslb::proxy::lb {
namespace {

using base::IpAddress;

// Whether another server of the name and port has it.
bool is_taken(std::span<const Seeker> seekers, std::span<const std::optional<IpAddress>> chosen,
              std::uint16_t port, const IpAddress& address) {
  for (std::size_t i = 0; i < seekers.size(); ++i) {
    if (chosen[i] == address && seekers[i].port == port) return true;
  }
  return false;
}

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
  for (std::size_t i = 0; i < seekers.size(); ++i) {
    const auto& [wish, has, port] = seekers[i];
    if (!has || std::ranges::count(known, *has) == 0) continue;
    if (wish->shares_addresses || !is_taken(seekers, chosen, port, *has)) chosen[i] = has;
  }
  for (std::size_t i = 0; i < seekers.size(); ++i) {
    if (chosen[i]) continue;
    const config::Resolution& wish = *seekers[i].wish;
    std::optional<std::tuple<bool, bool, bool>> best;
    std::optional<IpAddress> choice;
    for (const IpAddress& address : known) {
      const bool taken = is_taken(seekers, chosen, seekers[i].port, address);
      if (taken && !wish.shares_addresses) continue;
      const auto offer = rank(wish, address, taken);
      if (best && *best <= offer) continue;
      best = offer;
      choice = address;
    }
    chosen[i] = choice;
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
