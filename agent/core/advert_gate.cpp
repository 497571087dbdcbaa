#include "agent/core/advert_gate.h"

#include <algorithm>

namespace wslb::agent::core {

namespace {

std::string join(const std::vector<base::IpAddress>& addresses) {
  constexpr std::size_t shown = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(addresses.size(), shown); ++i) {
    text += (i > 0 ? " " : "") + addresses[i].to_string();
  }
  return addresses.size() > shown ? text + " ..." : text;
}

}  // namespace

AdvertGate::AdvertGate(const config::VrrpSection& section, const config::Cluster& cluster,
                       std::string_view self, std::vector<base::IpAddress> peers)
    : section_(section), cluster_(cluster), self_(self), peers_(std::move(peers)) {
  for (const config::Vip& vip : section.vips) vips_.push_back(vip.address);
  std::sort(vips_.begin(), vips_.end());
}

AdvertGate::Admission AdvertGate::admit(const PacketReceived& packet, const base::IpAddress& own,
                                        const Office& office, base::TimePoint now,
                                        Effects& effects) const {
  if (packet.source == own) {
    office.counters.add(Count::RefusedOwnAddress);
    office.alarms.raise(Alarms::Kind::OwnAddress, own_address_text(own), now, effects);
    return {};
  }
  if (is_unicast() && std::find(peers_.begin(), peers_.end(), packet.source) == peers_.end()) {
    office.counters.add(Count::RefusedStranger);
    return {};
  }
  Admission admission;
  admission.node = cluster_.node_at(packet.source);
  std::string sender = admission.node != nullptr ? admission.node->name : packet.source.to_string();
  auto decoded = decode(packet, office.authenticator.reads_signatures());
  if (!decoded) {
    office.counters.add(decoded.error());
    const std::string what = mismatch(decoded.error(), packet);
    if (!what.empty()) {
      office.alarms.raise(Alarms::Kind::Mismatch, sender + " " + what, now, effects);
    }
    return {};
  }
  admission.decoded = std::move(*decoded);
  const vrrp::Advert& advert = admission.decoded.advert;
  const Likeness likeness = compare(advert);
  // A host that we were told of, or that knows our secret, is misconfigured; one that we know
  // nothing of and that serves other addresses is another virtual router. To obey it would leave
  // ours unserved.
  const bool is_known = admission.node != nullptr || admission.decoded.is_signed || is_unicast();
  if (likeness == Likeness::Foreign && !is_known) {
    office.counters.add(Count::RefusedVridClash);
    office.alarms.raise(Alarms::Kind::VridClash, clash_text(advert, sender), now, effects);
    return {};
  }
  admission.verdict = judge_signature(packet, admission.decoded, sender, office, now, effects);
  if (admission.verdict == Verdict::Refused) return {};
  if (admission.node == nullptr && admission.decoded.is_signed) {
    admission.node = only_peer();
    if (admission.node != nullptr) sender = admission.node->name;
  }
  if (likeness != Likeness::Same) report_differences(advert, sender, office, now, effects);
  return admission;
}

// IPv6 advertises from link-local addresses, by which the configuration seldom knows a node.
const config::Node* AdvertGate::only_peer() const {
  if (cluster_.nodes.size() != 2) return nullptr;
  return &cluster_.nodes[cluster_.nodes.front().name == self_ ? 1 : 0];
}

AdvertGate::Verdict AdvertGate::judge_signature(const PacketReceived& packet,
                                                const vrrp::Decoded& decoded,
                                                const std::string& sender, const Office& office,
                                                base::TimePoint now, Effects& effects) const {
  using Auth = Authenticator::Verdict;
  if (!office.authenticator.reads_signatures()) return Verdict::Admitted;
  const auto refuse = [&](Count count, const std::string& what) {
    office.counters.add(count);
    office.alarms.raise(Alarms::Kind::Authentication, what, now, effects);
    return Verdict::Refused;
  };
  const auto verdict = office.authenticator.judge(
      packet.payload, decoded.is_signed,
      {.version = section_.version, .vrid = section_.vrid, .source = packet.source});
  switch (verdict) {
    case Auth::Good:
      return Verdict::Admitted;
    case Auth::Old:
      office.counters.add(Count::AuthenticOld);
      office.alarms.raise(
          Alarms::Kind::Authentication,
          "signed adverts of " + sender +
              " are older than earlier ones: a recording, or its clock was set back",
          now, effects);
      return Verdict::Old;
    case Auth::Replayed:
      office.counters.add(Count::RefusedReplayed);  // the network may have doubled it: no alarm
      return Verdict::Refused;
    case Auth::Unsigned:
      return refuse(Count::RefusedUnsigned,
                    "adverts of " + sender +
                        " are refused: they are not signed; see 'auth' for how to introduce it");
    case Auth::UnknownKey:
      return refuse(Count::RefusedUnknownKey,
                    "adverts of " + sender +
                        " are refused: they are signed by a key that is not in the secret file");
    case Auth::Forged:
      return refuse(Count::RefusedForged, "adverts of " + sender +
                                              " are refused: their signature is wrong; do both "
                                              "hosts have the same secret file?");
  }
  return Verdict::Refused;
}

// The kernel does not hand us our own adverts.
std::string AdvertGate::own_address_text(const base::IpAddress& own) const {
  return "adverts from this node's own address " + own.to_string() + " come in on " +
         section_.interface +
         ": another host has that address, or the network sends back what it gets; they are not "
         "heeded";
}

std::string AdvertGate::clash_text(const vrrp::Advert& advert, const std::string& sender) const {
  return "another virtual router on " + section_.interface + " has our VRID " +
         std::to_string(section_.vrid) + ": " + sender + " uses it for " + join(advert.addresses) +
         "; give one of them another 'vrid'";
}

AdvertGate::Likeness AdvertGate::compare(const vrrp::Advert& advert) const {
  std::vector<base::IpAddress> theirs = advert.addresses;
  std::sort(theirs.begin(), theirs.end());
  if (theirs == vips_) return Likeness::Same;
  const bool shared = std::any_of(theirs.begin(), theirs.end(), [&](const auto& each) {
    return std::binary_search(vips_.begin(), vips_.end(), each);
  });
  return shared ? Likeness::Shared : Likeness::Foreign;
}

void AdvertGate::report_differences(const vrrp::Advert& advert, const std::string& sender,
                                    const Office& office, base::TimePoint now,
                                    Effects& effects) const {
  office.counters.add(Count::VipsDiffer);
  office.alarms.raise(Alarms::Kind::Mismatch,
                      sender + " advertises " + join(advert.addresses) + ", this node " +
                          join(vips_) + "; both need the same 'vip' lines",
                      now, effects);
}

// What a packet that claims our VRID has against our configuration; empty: it is mere garbage.
std::string AdvertGate::mismatch(vrrp::DecodeError error, const PacketReceived& packet) const {
  if (packet.payload.size() < 8 || packet.payload[1] != section_.vrid) return {};
  const int version = packet.payload[0] >> 4U;
  switch (error) {
    case vrrp::DecodeError::Version:
      if (version != 2 && version != 3) return {};
      return "speaks version " + std::to_string(version) + " of VRRP, this section version " +
             std::to_string(section_.version);
    case vrrp::DecodeError::Interval:
      if (section_.version != 2) return {};
      return "has another interval than this section's, which version 2 does not allow";
    case vrrp::DecodeError::Authenticated:
      return "uses VRRPv2's authentication, which RFC 3768 removed; switch it off there";
    case vrrp::DecodeError::Length:
      if (!is_merely_signed(packet)) return {};
      return "signs its adverts, this section has 'auth none'";
    case vrrp::DecodeError::Ttl:
    case vrrp::DecodeError::Truncated:
    case vrrp::DecodeError::Type:
    case vrrp::DecodeError::Vrid:
    case vrrp::DecodeError::NoAddresses:
    case vrrp::DecodeError::Checksum:
      return {};
  }
  return {};
}

base::Result<vrrp::Decoded, vrrp::DecodeError> AdvertGate::decode(const PacketReceived& packet,
                                                                  bool may_be_signed) const {
  return vrrp::decode({.payload = packet.payload,
                       .source = packet.source,
                       .destination = packet.destination,
                       .ttl = packet.ttl},
                      {.version = section_.version,
                       .vrid = section_.vrid,
                       .interval = section_.advert,
                       .check_ttl = !is_unicast(),
                       .may_be_signed = may_be_signed});
}

// Right but for a trailer that nobody expects here.
bool AdvertGate::is_merely_signed(const PacketReceived& packet) const {
  return decode(packet, true).has_value();
}

}  // namespace wslb::agent::core
