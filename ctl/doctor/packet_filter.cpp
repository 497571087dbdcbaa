#include "ctl/doctor/packet_filter.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>

#include "base/ip_network.h"

namespace wslb::ctl::doctor {
namespace {

constexpr int kJumpsMax = 32;       // as in the kernel: deeper ones cannot be loaded
constexpr int kRulesMax = 100'000;  // looked at for one packet

enum class Truth : std::uint8_t { No, Yes, Maybe };

Truth to_truth(bool value) {
  return value ? Truth::Yes : Truth::No;
}

std::optional<int> to_number(std::string_view text) {
  int value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

Truth is_protocol(const std::string& value, const Probe& probe) {
  static const std::map<std::string, int, std::less<>> kNames{
      {"vrrp", 112},     {"carp", 112}, {"tcp", 6}, {"udp", 17}, {"icmp", 1},  {"icmpv6", 58},
      {"ipv6-icmp", 58}, {"esp", 50},   {"ah", 51}, {"igmp", 2}, {"sctp", 132}};
  if (value == "all") return Truth::Yes;
  if (const auto number = to_number(value)) return to_truth(*number == probe.protocol);
  const auto known = kNames.find(value);
  return known == kNames.end() ? Truth::Maybe : to_truth(known->second == probe.protocol);
}

Truth is_address(const std::string& value, const base::IpAddress& address) {
  const auto dash = value.find('-');
  if (dash != std::string::npos) {
    const auto from = base::IpAddress::parse(value.substr(0, dash));
    const auto to = base::IpAddress::parse(value.substr(dash + 1));
    if (!from || !to) return Truth::Maybe;
    return to_truth(from->family() == address.family() && *from <= address && address <= *to);
  }
  const auto network = base::IpNetwork::parse(value);
  return network ? to_truth(network->contains(address)) : Truth::Maybe;
}

// Of a source that is some link-local address: it is in all of them, in some, or in none.
Truth is_link_local(const std::string& value) {
  if (value.starts_with("fe80:") && !value.ends_with("/10") && !value.ends_with("/64")) {
    return Truth::Maybe;
  }
  return is_address(value, *base::IpAddress::parse("fe80::1"));
}

Truth is_port(const std::string& value, const Probe& probe) {
  if (!probe.port) return Truth::No;
  const auto dash = value.find_first_of("-:");
  const auto from = to_number(value.substr(0, dash));
  const auto to = dash == std::string::npos ? from : to_number(value.substr(dash + 1));
  if (!from || !to) return Truth::Maybe;
  return to_truth(*from <= *probe.port && *probe.port <= *to);
}

Truth is_interface(const std::string& value, const Probe& probe, bool incoming) {
  if (probe.incoming != incoming) return Truth::No;
  // iptables writes `eth+`, nftables `eth*`.
  if (value.ends_with('+') || value.ends_with('*')) {
    return to_truth(probe.interface.starts_with(value.substr(0, value.size() - 1)));
  }
  return to_truth(value == probe.interface);
}

Truth fits(const std::string& value, Condition::Field field, const Probe& probe) {
  switch (field) {
    case Condition::Field::InInterface:
      return is_interface(value, probe, true);
    case Condition::Field::OutInterface:
      return is_interface(value, probe, false);
    case Condition::Field::Protocol:
      return is_protocol(value, probe);
    case Condition::Field::Source:
      return probe.source.is_unspecified() ? is_link_local(value) : is_address(value, probe.source);
    case Condition::Field::Destination:
      return is_address(value, probe.destination);
    case Condition::Field::DestinationPort:
      return is_port(value, probe);
    case Condition::Field::Family:
      return to_truth((value == "ipv4" || value == "ip") == probe.destination.is_v4());
    case Condition::Field::State:
      return to_truth(value == "new" || value == "NEW");
    case Condition::Field::Other:
      return Truth::Maybe;
  }
  return Truth::Maybe;
}

Truth holds(const Condition& condition, const Probe& probe) {
  Truth any = condition.values.empty() ? Truth::Maybe : Truth::No;
  for (const std::string& value : condition.values) {
    const Truth one = fits(value, condition.field, probe);
    if (one == Truth::Yes) any = Truth::Yes;
    if (one == Truth::Maybe && any == Truth::No) any = Truth::Maybe;
  }
  if (!condition.negated || any == Truth::Maybe) return any;
  return any == Truth::Yes ? Truth::No : Truth::Yes;
}

Truth holds(const Rule& rule, const Probe& probe) {
  Truth all = Truth::Yes;
  for (const Condition& condition : rule.conditions) {
    const Truth one = holds(condition, probe);
    if (one == Truth::No) return Truth::No;
    if (one == Truth::Maybe) all = Truth::Maybe;
  }
  return all;
}

// What became of the packet at the end of a chain. Open: it may have been accepted, or it is not
// known.
enum class Outcome : std::uint8_t { Passed, Accepted, Dropped, Open };

class Walk {
 public:
  Walk(const Ruleset& rules, const Probe& probe) : rules_(rules), probe_(probe) {}

  bool is_dropped_in(const Chain& base) {
    const Outcome outcome = through(base, 0);
    return outcome == Outcome::Dropped || (outcome == Outcome::Passed && base.drops_by_default);
  }

 private:
  Outcome through(const Chain& chain, int depth) {
    if (depth > kJumpsMax) return Outcome::Open;
    for (const Rule& rule : chain.rules) {
      if (++looked_at_ > kRulesMax) return Outcome::Open;
      const Truth truth = holds(rule, probe_);
      if (truth == Truth::No || rule.verdict == RuleVerdict::Continue) continue;
      const Outcome outcome = follow(rule, chain, depth);
      if (truth == Truth::Yes) {
        if (rule.verdict == RuleVerdict::Return) return Outcome::Passed;
        if (outcome != Outcome::Passed) return outcome;
        if (rule.verdict == RuleVerdict::Goto) return Outcome::Passed;
      } else if (outcome != Outcome::Dropped && rule.verdict != RuleVerdict::Jump) {
        return Outcome::Open;  // it may be accepted here, or leave this chain
      } else if (outcome == Outcome::Accepted || outcome == Outcome::Open) {
        return Outcome::Open;
      }
    }
    return Outcome::Passed;
  }

  Outcome follow(const Rule& rule, const Chain& chain, int depth) {
    switch (rule.verdict) {
      case RuleVerdict::Accept:
        return Outcome::Accepted;
      case RuleVerdict::Drop:
        return Outcome::Dropped;
      case RuleVerdict::Continue:
      case RuleVerdict::Return:
        return Outcome::Passed;
      case RuleVerdict::Unknown:
        return Outcome::Open;
      case RuleVerdict::Jump:
      case RuleVerdict::Goto:
        break;
    }
    for (const Chain& other : rules_.chains) {
      const bool same_table = other.family == chain.family && other.table == chain.table;
      if (same_table && other.name == rule.target) return through(other, depth + 1);
    }
    return Outcome::Open;
  }

  const Ruleset& rules_;
  const Probe& probe_;
  int looked_at_ = 0;
};

bool sees(const Chain& chain, const Probe& probe) {
  const bool family =
      chain.family == "inet" || chain.family == (probe.destination.is_v4() ? "ip" : "ip6");
  const bool hook = probe.incoming ? chain.hook == "prerouting" || chain.hook == "input"
                                   : chain.hook == "output" || chain.hook == "postrouting";
  return family && hook;
}

}  // namespace

std::optional<std::string> dropped_by(const Ruleset& rules, const Probe& probe) {
  Walk walk(rules, probe);
  for (const Chain& chain : rules.chains) {
    if (sees(chain, probe) && walk.is_dropped_in(chain)) {
      return chain.family + " " + chain.table + " " + chain.name;
    }
  }
  return std::nullopt;
}

}  // namespace wslb::ctl::doctor
