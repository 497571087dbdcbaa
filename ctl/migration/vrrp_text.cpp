#include "ctl/migration/vrrp_text.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "config/value.h"
#include "ctl/migration/section_lines.h"
#include "ctl/migration/shared_instance.h"

namespace wslb::ctl::migration {
namespace {

using Side = SharedInstance::Side;

// The addresses of an instance that can be one section: on one interface, of one family.
struct Part {
  std::string name;
  std::string interface;
  base::Family family = base::Family::V4;
  std::vector<KeepalivedAddress> addresses;
};

class SectionWriter {
 public:
  SectionWriter(const SharedInstance& shared, const std::vector<Member>& members, Remarks& remarks)
      : shared_(shared),
        first_(shared.first()),
        host_(*shared.sides.front().member->host),
        members_(members),
        remarks_(remarks) {}

  std::string write() {
    std::string text;
    const auto parts = split();
    if (parts.empty()) remarks_.todo(first_.where, "'" + first_.name + "' has no address");
    for (const Part& part : parts) text += "\n" + section(part, parts.size() > 1);
    return text;
  }

 private:
  std::vector<Part> split() {
    std::vector<Part> parts;
    for (const KeepalivedAddress& address : first_.addresses) {
      const std::string interface =
          address.interface.empty() ? first_.interface : address.interface;
      const base::Family family = address.address.family();
      const auto found = std::ranges::find_if(parts, [&](const Part& part) {
        return part.interface == interface && part.family == family;
      });
      if (found != parts.end()) {
        found->addresses.push_back(address);
      } else {
        parts.push_back({"", interface, family, {address}});
      }
    }
    for (Part& part : parts) name(part, parts.front());
    return parts;
  }

  void name(Part& part, const Part& main) {
    part.name = usable_name(first_.name);
    const config::Location& where = part.addresses.front().where;
    const bool other_family = part.family != main.family;
    if (&part != &main && other_family)
      part.name += part.family == base::Family::V6 ? "-v6" : "-v4";
    if (&part != &main && part.interface != main.interface) part.name += "-" + part.interface;
    if (part.interface != first_.interface) {
      remarks_.beside(where, "the addresses on " + part.interface +
                                 " are a section of their own, '" + part.name +
                                 "', whose adverts go over " + part.interface +
                                 " too: a Keepalived that runs beside wslb does not hear them");
    }
    if (&part != &main && other_family) {
      remarks_.beside(where, "the addresses of the other family are a section of their own, '" +
                                 part.name +
                                 "', with adverts of their own: a Keepalived that runs beside wslb "
                                 "does not know of them");
      return;
    }
    const auto excluded = std::ranges::find(part.addresses, true, &KeepalivedAddress::excluded);
    if (excluded != part.addresses.end()) {
      remarks_.beside(excluded->where,
                      "'virtual_ipaddress_excluded': wslb's adverts name every VIP; "
                      "a Keepalived that runs beside wslb needs these addresses in "
                      "'virtual_ipaddress'");
    }
  }

  std::string section(const Part& part, bool one_of_several) {
    std::string text = "vrrp " + part.name + "\n";
    const auto line = [&](const std::string& words) { text += "    " + words + "\n"; };
    if (!part.interface.empty()) line("interface " + part.interface);
    if (first_.vrid != 0) line("vrid " + std::to_string(first_.vrid));
    for (const KeepalivedAddress& one : part.addresses) {
      line("vip " + one.address.to_string() + "/" + std::to_string(one.prefix));
    }
    for (const std::string& words : priorities()) line(words);
    for (const std::string& words : wire(part)) line(words);
    line(preempt());
    const KeepalivedGroup* group = group_of(first_, host_);
    if (group != nullptr || one_of_several) {
      line("group " + usable_name(group != nullptr ? group->name : first_.name));
    }
    for (const std::string& words : tracks(part)) line(words);
    base::Duration delay{0};
    for (const Side& side : shared_.sides) {
      delay = std::max(delay, side.member->host->startup_delay);
    }
    if (delay.count() > 0) line("start-delay " + config::to_text(delay));
    return text;
  }

  // Of hosts whose file is not there it is not known.
  std::vector<std::string> priorities() {
    std::vector<std::string> lines;
    const auto& known = shared_.sides;
    for (const Member& member : members_) {
      const auto side = std::ranges::find(known, &member, &Side::member);
      int priority = side == known.end() ? 0 : side->instance->priority;
      if (side == known.end()) {
        // A backup that may not preempt is as likely the better one.
        const int step = first_.begins_as_master || first_.nopreempt ? -1 : 1;
        priority = std::clamp(first_.priority + step, 1, 254);
        remarks_.todo(first_.where,
                      "the priority of '" + member.name + "' is not known; the result has " +
                          std::to_string(priority) + ": write the right one there, or say --node " +
                          member.name + "=FILE");
      }
      lines.push_back("priority " + member.name + " " + std::to_string(priority));
    }
    return lines;
  }

  std::vector<std::string> wire(const Part& part) {
    const bool v4 = part.family == base::Family::V4;
    const int version = v4 ? first_.version.value_or(host_.version) : 3;
    std::vector<std::string> lines{"advert " + config::to_text(advert(version))};
    if (version == 2) {
      lines.emplace_back(
          "version 2    # as Keepalived; 3 once none is left: its adverts are signed");
    } else {
      lines.emplace_back("auth none    # as Keepalived; without this line adverts are signed");
    }
    if (first_.unicast) {
      lines.emplace_back("transport unicast");
      for (const base::IpAddress& peer : first_.unicast_peers) {
        const auto has = [&](const Member& member) { return member.has(peer); };
        if (peer.family() != part.family || std::ranges::any_of(members_, has)) continue;
        lines.push_back("unicast-peer " + peer.to_string());
      }
    }
    if (first_.use_vmac) lines.emplace_back("use-vmac");
    return lines;
  }

  base::Duration advert(int version) {
    const base::Duration step =
        version == 2 ? base::Duration(std::chrono::seconds(1)) : std::chrono::milliseconds(10);
    const base::Duration max =
        version == 2 ? base::Duration(std::chrono::seconds(255)) : std::chrono::milliseconds(40950);
    const auto steps = (first_.advert + step / 2) / step;
    const base::Duration rounded = std::clamp(base::Duration(steps * step), step, max);
    if (rounded != first_.advert) {
      remarks_.todo(first_.where,
                    "'advert_int' " + config::to_text(first_.advert) + " becomes " +
                        config::to_text(rounded) + ": version " + std::to_string(version) +
                        " counts in " + config::to_text(step) +
                        (version == 2 ? "; 'version 3' in all routers allows less" : ""));
    }
    return rounded;
  }

  std::string preempt() {
    const KeepalivedInstance& rule = *shared_.preferred().instance;
    if (rule.nopreempt) return "preempt off";
    if (rule.preempt_delay.count() > 0) {
      return "preempt after " + config::to_text(rule.preempt_delay);
    }
    return "preempt on";
  }

  // What any host tracks, since the file is for all.
  std::vector<std::string> tracks(const Part& part) {
    std::vector<std::string> all;
    for (const Side& side : shared_.sides) {
      const auto lines = track_lines(*side.instance, *side.member->host, part.interface, remarks_);
      for (const std::string& line : lines) {
        if (std::ranges::count(all, line) == 0) all.push_back(line);
      }
    }
    return all;
  }

  const SharedInstance& shared_;
  const KeepalivedInstance& first_;
  const KeepalivedHost& host_;
  const std::vector<Member>& members_;
  Remarks& remarks_;
};

// A member of a sync group that is no instance would go unnoticed.
void check_groups(const Member& member, Remarks& remarks) {
  for (const KeepalivedGroup& group : member.host->groups) {
    for (const std::string& name : group.members) {
      const auto& instances = member.host->instances;
      if (std::ranges::count(instances, name, &KeepalivedInstance::name) > 0) continue;
      remarks.todo(group.where, "'vrrp_sync_group " + group.name + "' names '" + name +
                                    "', which is no vrrp_instance");
    }
  }
}

}  // namespace

std::string vrrp_text(const std::vector<Member>& members, Remarks& remarks) {
  std::string text;
  for (const SharedInstance& shared : share_instances(members, remarks)) {
    text += SectionWriter(shared, members, remarks).write();
  }
  for (const Member& member : members) {
    if (member.host) check_groups(member, remarks);
  }
  if (text.empty() && !members.empty() && members.front().host) {
    remarks.todo({members.front().host->file, 0},
                 "has no 'vrrp_instance'; is it a keepalived.conf? It comes before haproxy.cfg");
  }
  return text;
}

}  // namespace wslb::ctl::migration
