// What came in on the sections' links while the doctor listened: adverts of our VRIDs. They are
// looked at by the decoder that the agent has.
#include <algorithm>

#include "ctl/doctor/judge.h"
#include "vrrp/packet.h"
#include "vrrp/timing.h"

namespace wslb::ctl::doctor {
namespace {

using config::VrrpSection;

base::Family family_of(const VrrpSection& section) {
  return section.vips.front().address.family();
}

// Of this section's VRID, however malformed the rest is.
bool concerns(const HeardPacket& packet, const VrrpSection& section) {
  return packet.interface == section.interface && packet.source.family() == family_of(section) &&
         packet.payload.size() > 1 && packet.payload[1] == section.vrid;
}

std::string joined(const std::vector<base::IpAddress>& addresses) {
  std::string text;
  for (const base::IpAddress& one : addresses) {
    text += (text.empty() ? "" : ", ") + one.to_string();
  }
  return text;
}

class SectionEar {
 public:
  SectionEar(const Facts& facts, const VrrpSection& section, Report& report)
      : facts_(facts), section_(section), report_(report) {}

  void listen() {
    for (const HeardPacket& packet : facts_.heard) {
      if (concerns(packet, section_) && !is_own(packet.source)) take(packet);
    }
    tell_of_two();
    if (!heard_one_ && !facts_.agent) tell_of_silence();
  }

 private:
  [[nodiscard]] bool is_own(const base::IpAddress& source) const {
    return std::ranges::any_of(facts_.links, [&](const auto& link) {
      return std::ranges::count(link.second.addresses, source, &OwnAddress::address) > 0;
    });
  }

  // The node's name, else the address.
  [[nodiscard]] std::string name_of(const base::IpAddress& source) const {
    const config::Node* const node = facts_.config.cluster->node_at(source);
    return node != nullptr ? node->name + " (" + source.to_string() + ")" : source.to_string();
  }

  void take(const HeardPacket& packet) {
    const bool is_first = std::ranges::count(seen_, packet.source) == 0;
    if (is_first) seen_.push_back(packet.source);
    // What it expects is what it says itself: whether that is what we have is judged below.
    const std::uint8_t version = packet.payload[0] >> 4U;
    const std::uint8_t seconds = packet.payload.size() > 5 ? packet.payload[5] : 0;
    const auto decoded =
        vrrp::decode({packet.payload, packet.source, packet.destination, packet.ttl},
                     {.version = static_cast<std::uint8_t>(version == 2 ? 2 : 3),
                      .vrid = section_.vrid,
                      .interval = std::chrono::seconds(seconds),
                      .check_ttl = section_.transport == config::Transport::Multicast,
                      .may_be_signed = true});
    if (!decoded) {
      heard_one_ = true;
      if (is_first) refuse(packet.source, reason(decoded.error()));
      return;
    }
    const bool foreign = shares_nothing(decoded->advert);
    if (foreign && !is_known(packet.source, *decoded)) {
      if (is_first) tell_of_clash(packet.source, decoded->advert);
      return;
    }
    heard_one_ = true;
    if (decoded->advert.priority > 0) order_.push_back(packet.source);
    if (is_first) compare(packet.source, *decoded);
  }

  [[nodiscard]] bool shares_nothing(const vrrp::Advert& advert) const {
    return std::ranges::none_of(advert.addresses, [&](const base::IpAddress& address) {
      return std::ranges::count(section_.vips, address, &config::Vip::address) > 0;
    });
  }

  [[nodiscard]] bool is_known(const base::IpAddress& source, const vrrp::Decoded& decoded) const {
    return facts_.config.cluster->node_at(source) != nullptr || decoded.is_signed ||
           std::ranges::count(section_.unicast_peers, source) > 0;
  }

  static std::string reason(vrrp::DecodeError error) {
    using Error = vrrp::DecodeError;
    if (error == Error::Authenticated) {
      return "they have an 'authentication', as Keepalived's may; take the block out of its "
             "keepalived.conf";
    }
    if (error == Error::Ttl) return "they came through a router (TTL); is the VRID used elsewhere?";
    return "they are malformed (" + std::string(to_string(error)) + "); is it CARP?";
  }

  void compare(const base::IpAddress& source, const vrrp::Decoded& decoded) {
    const vrrp::Advert& advert = decoded.advert;
    const bool wants_signed = section_.auth == config::Auth::Enforce;
    if (advert.version != section_.version) {
      refuse(source, "they are of version " + std::to_string(advert.version) +
                         ", here 'version' is " + std::to_string(section_.version));
    } else if (advert.version == 2 && advert.interval != section_.advert) {
      refuse(source, "their interval is not the 'advert' here, and in version 2 it must be");
    } else if (decoded.is_signed && section_.auth == config::Auth::None) {
      refuse(source, "they are signed, here is 'auth none'");
    } else if (!decoded.is_signed && wants_signed) {
      refuse(source, "they are not signed; see 'auth' for how to introduce it");
    }
    std::vector<base::IpAddress> ours;
    for (const config::Vip& vip : section_.vips) ours.push_back(vip.address);
    std::vector<base::IpAddress> theirs = advert.addresses;
    std::ranges::sort(ours);
    std::ranges::sort(theirs);
    if (ours == theirs) return;
    add(Severity::Warning, "advert-differs",
        name_of(source) + " advertises " + joined(theirs) + " in vrrp '" + section_.name +
            "', here it is " + joined(ours),
        "after a failover some of them would be nowhere",
        "the same 'vip' lines on every host, in " + facts_.file);
  }

  void refuse(const base::IpAddress& source, const std::string& why) {
    add(Severity::Problem, "advert-refused",
        "the agent would not heed the adverts of " + name_of(source) + " for vrrp '" +
            section_.name + "': " + why,
        "a host whose adverts are not heeded counts as dead: two would be active",
        "make both the same, before the agent is started");
  }

  void tell_of_clash(const base::IpAddress& source, const vrrp::Advert& advert) {
    add(Severity::Problem, "vrid-clash",
        "another virtual router has the VRID " + std::to_string(section_.vrid) + " of vrrp '" +
            section_.name + "': " + name_of(source) + " uses it for " + joined(advert.addresses),
        "two routers of one VRID share a MAC address with use-vmac, and take each other's adverts",
        "write another 'vrid' into " + facts_.file + ", on every host");
  }

  // One, another, and the first again: no hand-over looks like that.
  void tell_of_two() {
    for (const base::IpAddress& first : seen_) {
      const auto begin = std::ranges::find(order_, first);
      const auto last = std::find(order_.rbegin(), order_.rend(), first);
      if (begin == order_.end()) continue;
      const auto other =
          std::find_if(begin, last.base(), [&](const auto& one) { return one != first; });
      if (other == last.base()) continue;
      return add(Severity::Problem, "two-active",
                 name_of(first) + " and " + name_of(*other) + " are both active for vrrp '" +
                     section_.name + "'",
                 "two hosts answer for the VIP",
                 "they do not heed each other's adverts: wslbctl doctor on each of them");
    }
  }

  void tell_of_silence() {
    const base::Duration needed =
        vrrp::active_down_interval(section_.version, vrrp::priority_resign, section_.advert);
    if (*facts_.listened < needed) {
      const auto seconds = std::chrono::ceil<std::chrono::seconds>(needed).count();
      report_.unchecked.push_back("whether another router is active for vrrp '" + section_.name +
                                  "': none was heard, but its adverts may take longer; say "
                                  "--listen " +
                                  std::to_string(seconds));
      return;
    }
    add(Severity::Problem, "nobody-active",
        "no adverts for vrrp '" + section_.name + "' come in on " + section_.interface,
        "nobody serves the VIP, or this host does not hear who does and would take it, too",
        "start the agents; if another host has the VIP, its firewall, this one's or the switch "
        "(IGMP snooping) eats IP protocol 112");
  }

  void add(Severity severity, const char* id, std::string what, std::string why,
           std::string remedy) {
    report_.findings.push_back(
        {severity, id, section_.interface, std::move(what), std::move(why), std::move(remedy)});
  }

  const Facts& facts_;
  const VrrpSection& section_;
  Report& report_;
  bool heard_one_ = false;  // who is no other virtual router, whether heeded or not
  std::vector<base::IpAddress> seen_;
  std::vector<base::IpAddress> order_;  // of those whose adverts count, in the order they came
};

}  // namespace

void judge_wire(const Facts& facts, Report& report) {
  if (!facts.listened || !facts.config.cluster) return;
  for (const VrrpSection& section : facts.config.vrrps) {
    if (!section.vips.empty()) SectionEar(facts, section, report).listen();
  }
}

}  // namespace wslb::ctl::doctor
