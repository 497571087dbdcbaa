#include "ctl/migration/shared_instance.h"

#include <algorithm>

#include "config/value.h"

namespace wslb::ctl::migration {
namespace {

using Side = SharedInstance::Side;

bool are_one(const KeepalivedInstance& a, const KeepalivedInstance& b) {
  return a.name == b.name || (a.vrid == b.vrid && a.interface == b.interface);
}

void compare(const Side& first, const Side& other, Remarks& remarks) {
  const KeepalivedInstance& a = *first.instance;
  const KeepalivedInstance& b = *other.instance;
  const auto differs = [&](const std::string& what, const std::string& of_a,
                           const std::string& of_b) {
    if (of_a == of_b) return;
    remarks.todo(b.where, "'" + other.member->name + "' has the " + what + " " + of_b + ", '" +
                              first.member->name + "' " + of_a +
                              ": wslb's file is the same on every host, and has " + of_a);
  };
  differs("interface", a.interface, b.interface);
  differs("virtual_router_id", std::to_string(a.vrid), std::to_string(b.vrid));
  differs("advert_int", config::to_text(a.advert), config::to_text(b.advert));
  differs("version", std::to_string(a.version.value_or(first.member->host->version)),
          std::to_string(b.version.value_or(other.member->host->version)));
  const auto has = [](const KeepalivedInstance& instance, const base::IpAddress& address) {
    return std::ranges::count(instance.addresses, address, &KeepalivedAddress::address) > 0;
  };
  for (const KeepalivedAddress& address : b.addresses) {
    if (has(a, address.address)) continue;
    remarks.todo(address.where, "'" + first.member->name + "' has no " +
                                    address.address.to_string() + ": the result has it not either");
  }
  for (const KeepalivedAddress& address : a.addresses) {
    if (has(b, address.address)) continue;
    remarks.todo(address.where, "'" + other.member->name + "' has no " +
                                    address.address.to_string() +
                                    ": with wslb it moves with the others");
  }
}

// Who is not the preferred one never preempts where there are two.
void compare_preemption(const SharedInstance& shared, Remarks& remarks) {
  const Side& preferred = shared.preferred();
  const KeepalivedInstance& rule = *preferred.instance;
  for (const Side& side : shared.sides) {
    const KeepalivedInstance& other = *side.instance;
    if (other.nopreempt == rule.nopreempt && other.preempt_delay == rule.preempt_delay) continue;
    const std::string text = "'" + side.member->name + "' preempts otherwise than '" +
                             preferred.member->name +
                             "'; wslb has one rule for all nodes, and the latter's counts, since "
                             "it has the highest priority";
    if (shared.sides.size() > 2) {
      remarks.todo(other.where, text);
    } else {
      remarks.note(other.where, text);
    }
  }
}

}  // namespace

const Side& SharedInstance::preferred() const {
  return *std::ranges::max_element(sides, {},
                                   [](const Side& side) { return side.instance->priority; });
}

std::vector<SharedInstance> share_instances(const std::vector<Member>& members, Remarks& remarks) {
  std::vector<SharedInstance> all;
  std::size_t hosts = 0;
  for (const Member& member : members) {
    if (!member.host) continue;
    ++hosts;
    for (const KeepalivedInstance& instance : member.host->instances) {
      const auto found = std::ranges::find_if(all, [&](const SharedInstance& shared) {
        const bool has_it = shared.sides.back().member == &member;
        return !has_it && are_one(shared.first(), instance);
      });
      if (found == all.end()) {
        all.push_back({{{&member, &instance}}});
      } else {
        found->sides.push_back({&member, &instance});
      }
    }
  }
  for (const SharedInstance& shared : all) {
    for (const Side& side : shared.sides) {
      if (&side != &shared.sides.front()) compare(shared.sides.front(), side, remarks);
    }
    compare_preemption(shared, remarks);
    if (shared.sides.size() < hosts) {
      remarks.todo(shared.first().where, "'" + shared.first().name +
                                             "' is not on every host; with wslb every node of the "
                                             "cluster takes part");
    }
  }
  return all;
}

}  // namespace wslb::ctl::migration
