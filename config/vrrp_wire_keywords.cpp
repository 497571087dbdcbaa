// The `vrrp` section, line by line: which virtual router it is and what it sends. vrrp_check.cpp
// looks at the section as a whole.
#include <algorithm>
#include <array>
#include <string>

#include "config/address_kind.h"
#include "config/name.h"
#include "config/once.h"
#include "config/section.h"

namespace wslb::config {
namespace {

void interface(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  if (!is_interface_name(statement[0])) {
    return statement.expects("the name of a network interface");
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
    return statement.expects("an address such as 10.0.0.100/24");
  }
  const int prefix_max = address->is_v4() ? 32 : 128;
  std::int64_t prefix = prefix_max;
  if (slash != std::string_view::npos) {
    const auto given = parse_integer(text.substr(slash + 1), 1, prefix_max);
    if (!given) return statement.error("prefix " + given.error().message);
    prefix = *given;
  }
  // The rest can be no interface's own, or means nothing on a link. IPv6's link-local addresses do.
  if (!may_be_a_hosts(*address) || kind_of(*address) == AddressKind::Loopback) {
    return statement.expects("a unicast address");
  }
  for (const Vip& other : draft.section.vips) {
    if (other.address != *address) continue;
    return statement.error("'" + address->to_string() + "' was given before");
  }
  draft.section.vips.push_back({*address, static_cast<std::uint8_t>(prefix)});
  draft.vip_places.push_back(statement.where());
}

void advert(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  const auto interval = statement.duration(0);
  if (!interval) return;
  // Version 2 has other limits; whether these are met is seen when both lines are known.
  const auto rounded = std::chrono::duration_cast<base::Centiseconds>(*interval);
  if (*interval > std::chrono::seconds(255)) {
    return statement.expects("at most 40950ms, or 255s with 'version 2'");
  }
  if (rounded != *interval || rounded.count() < 1) {
    return statement.expects("10ms to 40950ms in steps of 10ms");
  }
  draft.section.advert = rounded;
}

void version(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  const auto value = statement.integer(0, 2, 3);
  if (!value) return;
  draft.section.version = static_cast<std::uint8_t>(*value);
}

void transport(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  if (statement.is(0, "unicast")) {
    draft.section.transport = Transport::Unicast;
  } else if (!statement.is(0, "multicast")) {
    statement.expects("'multicast' or 'unicast'");
  }
}

void unicast_peer(VrrpDraft& draft, const Statement& statement) {
  const auto address = base::IpAddress::parse(statement[0]);
  if (!address || !may_be_a_hosts(*address)) {
    return statement.expects("the IP address of a router");
  }
  if (std::ranges::count(draft.section.unicast_peers, *address) > 0) {
    return statement.error("'" + statement[0] + "' was given before");
  }
  draft.section.unicast_peers.push_back(*address);
  draft.places.emplace(statement.keyword(), statement.where());
}

void checksum(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  if (statement.is(0, "rfc9568")) {
    draft.section.checksum = ChecksumRule::Rfc9568;
  } else if (statement.is(0, "rfc5798")) {
    draft.section.checksum = ChecksumRule::Rfc5798;
  } else if (!statement.is(0, "auto")) {
    statement.expects("'auto', 'rfc9568' or 'rfc5798'");
  }
}

void auth(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  if (statement.is(0, "none") && statement.size() == 1) return;
  if (!statement.is(0, "hmac")) {
    return statement.error("expects 'none' or 'hmac [enforce|permissive|receive-only]'");
  }
  if (statement.size() == 1 || statement.is(1, "enforce")) {
    draft.section.auth = Auth::Enforce;
  } else if (statement.is(1, "permissive")) {
    draft.section.auth = Auth::Permissive;
  } else if (statement.is(1, "receive-only")) {
    draft.section.auth = Auth::ReceiveOnly;
  } else {
    statement.error("expects 'enforce', 'permissive' or 'receive-only' after 'hmac', not '" +
                    statement[1] + "'");
  }
}

void use_vmac(VrrpDraft& draft, const Statement& statement) {
  if (is_first(draft.places, statement)) draft.section.use_vmac = true;
}

constexpr auto kWireKeywords = std::to_array<Keyword<VrrpDraft>>({
    {"interface", "interface NAME", 1, 1, interface},
    {"vrid", "vrid NUMBER", 1, 1, vrid},
    {"vip", "vip ADDRESS[/PREFIX]", 1, 1, vip},
    {"advert", "advert DURATION", 1, 1, advert},
    {"version", "version 2|3", 1, 1, version},
    {"checksum", "checksum auto|rfc9568|rfc5798", 1, 1, checksum},
    {"auth", "auth none|hmac [enforce|permissive|receive-only]", 1, 2, auth},
    {"transport", "transport multicast|unicast", 1, 1, transport},
    {"unicast-peer", "unicast-peer ADDRESS", 1, 1, unicast_peer},
    {"use-vmac", "use-vmac", 0, 0, use_vmac},
});

}  // namespace

Keywords<VrrpDraft> vrrp_wire_keywords() {
  return kWireKeywords;
}

}  // namespace wslb::config
