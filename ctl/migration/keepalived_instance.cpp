// A `vrrp_instance` block.
#include <array>
#include <utility>

#include "ctl/migration/keepalived_host.h"
#include "ctl/migration/keepalived_verdict.h"

namespace wslb::ctl::migration {
namespace {

using Apply = void (*)(KeepalivedInstance&, const Block&, Remarks&);

// A wrong value is told; what it belongs to keeps its default.
void expects(const Block& statement, std::string_view what, Remarks& remarks) {
  remarks.todo(statement.where, "'" + std::string(statement.keyword()) + "' expects " +
                                    std::string(what) + ", not '" + statement.argument() + "'");
}

void read_advert(KeepalivedInstance& instance, const Block& one, Remarks& remarks) {
  const auto seconds = parse_seconds(one.argument());
  if (!seconds) return expects(one, "seconds", remarks);
  instance.advert = *seconds;
}

void read_vrid(KeepalivedInstance& instance, const Block& one, Remarks& remarks) {
  const auto vrid = parse_number(one.argument(), 1, 255);
  if (!vrid) return expects(one, "1 to 255", remarks);
  instance.vrid = *vrid;
}

void read_priority(KeepalivedInstance& instance, const Block& one, Remarks& remarks) {
  const auto priority = parse_number(one.argument(), 1, 255);
  if (!priority) return expects(one, "1 to 255", remarks);
  instance.priority = *priority;
}

void read_preempt_delay(KeepalivedInstance& instance, const Block& one, Remarks& remarks) {
  const auto delay = parse_seconds(one.argument());
  if (!delay) return expects(one, "seconds", remarks);
  instance.preempt_delay = *delay;
  instance.preempt_where = one.where;
}

void read_own_address(KeepalivedInstance& instance, const Block& one, Remarks& remarks) {
  const auto address = base::IpAddress::parse(one.argument());
  if (!address) return expects(one, "an IP address", remarks);
  instance.own_addresses.push_back(*address);
}

void read_unicast_peers(KeepalivedInstance& instance, const Block& block, Remarks& remarks) {
  instance.unicast = true;
  for (const Block& one : block.inner) {
    const auto address = base::IpAddress::parse(one.keyword());
    if (!address) {
      remarks.todo(one.where, "'unicast_peer' expects an IP address, not '" + one.text() + "'");
      continue;
    }
    instance.unicast_peers.push_back(*address);
    if (one.words.size() > 1) {
      remarks.note(one.where, "'" + one.text() + "': the limits of the TTL are left out");
    }
  }
}

void read_authentication(KeepalivedInstance&, const Block& block, Remarks& remarks) {
  remarks.beside(block.where,
                 "'authentication' is not carried over: the password goes in clear text, and RFC "
                 "3768 took it out of VRRP. wslb takes no adverts that have one, nor Keepalived "
                 "any without it, so that BOTH would be active: take the block out of every "
                 "keepalived.conf before wslb runs beside one. Later 'version 3' signs each "
                 "advert with the cluster's key");
}

void note_address_word(const Block& one, const std::string& word, Remarks& remarks) {
  remarks.note(one.where, "'" + word + "' of " + std::string(one.keyword()) +
                              " is not carried over; clients do not notice");
}

// `ADDRESS[/MASK] [dev NAME] [label NAME] ...`.
void read_address(KeepalivedInstance& instance, const Block& one, bool excluded, Remarks& remarks) {
  const std::string text(one.keyword());
  const auto slash = text.find('/');
  const auto address = base::IpAddress::parse(text.substr(0, slash));
  if (!address) return remarks.todo(one.where, "'" + text + "' is no IP address; it is left out");
  const int prefix_max = address->is_v4() ? 32 : 128;
  const auto prefix =
      slash == std::string::npos ? prefix_max : parse_number(text.substr(slash + 1), 1, prefix_max);
  if (!prefix) return remarks.todo(one.where, "'" + text + "' has no right prefix; it is left out");
  KeepalivedAddress read{*address, *prefix, "", excluded, one.where};
  for (std::size_t i = 1; i < one.words.size(); ++i) {
    const std::string& word = one.words[i];
    const bool has_value = i + 1 < one.words.size();
    if (word == "dev" && has_value) {
      read.interface = one.words[++i];
    } else if (word == "peer") {
      remarks.todo(one.where, "'peer' of " + text + " is not carried over: wslb's VIPs have none");
      ++i;
    } else if (word == "use_vmac") {
      remarks.todo(one.where, "'use_vmac' of " + text +
                                  " is not carried over: a vrrp section has it for all its VIPs");
    } else {
      note_address_word(one, word, remarks);
      const bool takes_value = word == "label" || word == "brd" || word == "broadcast" ||
                               word == "scope" || word == "preferred_lft";
      if (takes_value && has_value) ++i;
    }
  }
  instance.addresses.push_back(std::move(read));
}

void read_addresses(KeepalivedInstance& instance, const Block& block, Remarks& remarks) {
  for (const Block& one : block.inner) read_address(instance, one, false, remarks);
}

void read_excluded(KeepalivedInstance& instance, const Block& block, Remarks& remarks) {
  for (const Block& one : block.inner) read_address(instance, one, true, remarks);
}

void read_tracks(KeepalivedInstance& instance, const Block& block, Remarks& remarks) {
  const auto uses = read_uses(block, remarks);
  instance.tracks.insert(instance.tracks.end(), uses.begin(), uses.end());
}

struct Reading {
  std::string_view keyword;
  Apply apply;
};

const auto kReadings = std::to_array<Reading>({
    {"state",
     [](auto& i, const Block& b, Remarks&) { i.begins_as_master = b.argument() == "MASTER"; }},
    {"interface", [](auto& i, const Block& b, Remarks&) { i.interface = b.argument(); }},
    {"virtual_router_id", read_vrid},
    {"priority", read_priority},
    {"advert_int", read_advert},
    {"version",
     [](auto& i, const Block& b, Remarks&) { i.version = parse_number(b.argument(), 2, 3); }},
    {"nopreempt",
     [](auto& i, const Block& b, Remarks&) {
       i.nopreempt = true;
       i.preempt_where = b.where;
     }},
    {"preempt_delay", read_preempt_delay},
    {"unicast_src_ip", read_own_address},
    {"mcast_src_ip", read_own_address},
    {"unicast_peer", read_unicast_peers},
    {"authentication", read_authentication},
    {"virtual_ipaddress", read_addresses},
    {"virtual_ipaddress_excluded", read_excluded},
    {"track_interface",
     [](auto& i, const Block& b, Remarks& remarks) { i.interfaces = read_uses(b, remarks); }},
    {"track_script", read_tracks},
    {"track_file", read_tracks},
    {"track_process", read_tracks},
    {"use_vmac", [](auto& i, const Block&, Remarks&) { i.use_vmac = true; }},
});

}  // namespace

KeepalivedInstance read_instance(const Block& block, Remarks& remarks) {
  KeepalivedInstance instance;
  instance.name = block.argument();
  instance.where = block.where;
  for (const Block& one : block.inner) {
    const auto found = std::ranges::find(kReadings, one.keyword(), &Reading::keyword);
    if (found == kReadings.end()) {
      tell_verdict(Scope::Instance, one, remarks);
    } else {
      found->apply(instance, one, remarks);
    }
  }
  // Keepalived itself lets these two go then.
  if (instance.begins_as_master && (instance.nopreempt || instance.preempt_delay.count() > 0)) {
    remarks.note(instance.preempt_where,
                 "counts for nothing beside 'state MASTER', in Keepalived "
                 "too: the node preempts at once");
    instance.nopreempt = false;
    instance.preempt_delay = base::Duration(0);
  }
  return instance;
}

}  // namespace wslb::ctl::migration
