// The `vrrp` section, line by line; vrrp_check.cpp looks at it as a whole.
#include <algorithm>
#include <array>
#include <string>

#include "config/dispatch.h"
#include "config/name.h"
#include "config/once.h"
#include "config/section.h"
#include "config/unsupported.h"

namespace wslb::config {
namespace {

std::string expected(std::string_view what, const Statement& statement) {
  return "expects " + std::string(what) + ", not '" + statement[0] + "'";
}

void interface(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  if (!is_interface_name(statement[0])) {
    return statement.error(expected("the name of a network interface", statement));
  }
  draft.section.interface = statement[0];
}

void vrid(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  if (const auto id = statement.integer(0, 1, 255)) {
    draft.section.vrid = static_cast<std::uint8_t>(*id);
  }
}

void vip(VrrpDraft& draft, const Statement& statement) {
  draft.places.emplace(statement.keyword(), statement.where());
  const std::string_view text = statement[0];
  const auto slash = text.find('/');
  const auto address = base::IpAddress::parse(text.substr(0, slash));
  if (!address || address->is_unspecified()) {
    return statement.error(expected("an address such as 10.0.0.100/24", statement));
  }
  const int prefix_max = address->is_v4() ? 32 : 128;
  std::int64_t prefix = prefix_max;
  if (slash != std::string_view::npos) {
    const auto given = parse_integer(text.substr(slash + 1), 1, prefix_max);
    if (!given) return statement.error("prefix " + given.error().message);
    prefix = *given;
  }
  // IPv4 multicast is 224.0.0.0/4, IPv6 multicast ff00::/8; neither can be an interface's own.
  const std::uint8_t first = address->bytes()[0];
  if (address->is_v4() ? first >= 224 || first == 127 : first == 255) {
    return statement.error(expected("a unicast address", statement));
  }
  for (const Vip& other : draft.section.vips) {
    if (other.address != *address) continue;
    return statement.error("'" + address->to_string() + "' was given before");
  }
  draft.section.vips.push_back({*address, static_cast<std::uint8_t>(prefix)});
  draft.vip_places.push_back(statement.where());
  if (!address->is_v4()) refuse(Feature::Ipv6Vip, statement.where(), statement.diagnostics());
}

void priority(VrrpDraft& draft, const Statement& statement) {
  auto& priorities = draft.section.priorities;
  if (std::ranges::count(priorities, statement[0], &VrrpSection::NodePriority::node) > 0) {
    return statement.error("of '" + statement[0] + "' was given before");
  }
  const auto value = statement.integer(1, 1, 255);
  if (!value) return;
  priorities.push_back({statement[0], static_cast<std::uint8_t>(*value)});
  draft.priority_places.push_back(statement.where());
  if (*value == 255) refuse(Feature::AddressOwner, statement.where(), statement.diagnostics());
}

void advert(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  const auto interval = statement.duration(0);
  if (!interval) return;
  const auto rounded = std::chrono::duration_cast<base::Centiseconds>(*interval);
  if (rounded != *interval || rounded.count() < 1 || rounded.count() > 4095) {
    return statement.error(expected("10ms to 40950ms in steps of 10ms", statement));
  }
  draft.section.advert = rounded;
}

void version(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  const auto value = statement.integer(0, 2, 3);
  if (!value) return;
  draft.section.version = static_cast<std::uint8_t>(*value);
  if (*value == 2) refuse(Feature::VrrpVersion2, statement.where(), statement.diagnostics());
}

void transport(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  if (statement.is(0, "unicast")) {
    draft.section.transport = Transport::Unicast;
  } else if (!statement.is(0, "multicast")) {
    statement.error(expected("'multicast' or 'unicast'", statement));
  }
}

void unicast_peer(VrrpDraft& draft, const Statement& statement) {
  const auto address = base::IpAddress::parse(statement[0]);
  if (!address || address->is_unspecified()) {
    return statement.error(expected("the IP address of a router", statement));
  }
  if (std::ranges::count(draft.section.unicast_peers, *address) > 0) {
    return statement.error("'" + statement[0] + "' was given before");
  }
  draft.section.unicast_peers.push_back(*address);
  draft.places.emplace(statement.keyword(), statement.where());
}

void preempt(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  Preempt& rule = draft.section.preempt;
  const bool after = statement.is(0, "after") && statement.size() == 2;
  const bool word = (statement.is(0, "on") || statement.is(0, "off")) && statement.size() == 1;
  if (!after && !word) {
    return statement.error("expects 'on', 'off' or 'after DURATION'");
  }
  rule.enabled = !statement.is(0, "off");
  if (after) rule.after = statement.duration(1).value_or(base::Duration(0));
}

void lease(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  if (statement.is(0, "off")) {
    draft.section.lease = std::nullopt;
    return;
  }
  const auto value = statement.duration(0);
  if (!value) return;
  if (*value % std::chrono::seconds(1) != base::Duration(0) || *value < std::chrono::seconds(1) ||
      *value > std::chrono::minutes(5)) {
    return statement.error(expected("'off' or whole seconds from 1s to 300s", statement));
  }
  draft.section.lease = *value;
}

void group(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  if (const auto error = name_error(statement[0])) return statement.error("name " + *error);
  draft.section.group = statement[0];
}

void track_interface(VrrpDraft& draft, const Statement& statement) {
  auto& tracked = draft.section.track_interfaces;
  if (!is_interface_name(statement[0])) {
    return statement.error(expected("the name of a network interface", statement));
  }
  if (std::ranges::count(tracked, statement[0]) > 0) {
    return statement.error("'" + statement[0] + "' was given before");
  }
  tracked.push_back(statement[0]);
}

constexpr auto kVrrpKeywords = std::to_array<Keyword<VrrpDraft>>({
    {"interface", "interface NAME", 1, 1, interface},
    {"vrid", "vrid NUMBER", 1, 1, vrid},
    {"vip", "vip ADDRESS[/PREFIX]", 1, 1, vip},
    {"priority", "priority NODE NUMBER", 2, 2, priority},
    {"advert", "advert DURATION", 1, 1, advert},
    {"version", "version 3", 1, 1, version},
    {"transport", "transport multicast|unicast", 1, 1, transport},
    {"unicast-peer", "unicast-peer ADDRESS", 1, 1, unicast_peer},
    {"preempt", "preempt on|off|after DURATION", 1, 2, preempt},
    {"lease", "lease DURATION|off", 1, 1, lease},
    {"group", "group NAME", 1, 1, group},
    {"track interface", "track interface NAME", 1, 1, track_interface},
});

}  // namespace

Keywords<VrrpDraft> vrrp_keywords() {
  return kVrrpKeywords;
}

void read_vrrp_line(const Line& line, VrrpDraft& draft, Diagnostics& diagnostics) {
  dispatch<VrrpDraft>(line, kVrrpKeywords, {.name = "vrrp"}, draft, diagnostics);
}

}  // namespace wslb::config
