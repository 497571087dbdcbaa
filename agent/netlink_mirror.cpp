// The half of Netlink that applies the kernel's messages to the mirror.
#include <algorithm>
#include <cstring>

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <sys/socket.h>

#include "agent/netlink.h"

namespace wslb::agent {

int Netlink::on_message(nl_msg* message, void* self) {
  nlmsghdr* header = nlmsg_hdr(message);
  auto* netlink = static_cast<Netlink*>(self);
  if (header->nlmsg_type == RTM_NEWLINK || header->nlmsg_type == RTM_DELLINK) {
    netlink->apply_link(header);
  } else if (header->nlmsg_type == RTM_NEWADDR || header->nlmsg_type == RTM_DELADDR) {
    netlink->apply_address(header);
  }
  return NL_OK;
}

void Netlink::apply_link(nlmsghdr* header) {
  nlattr* attributes[IFLA_MAX + 1];
  const int parsed = nlmsg_parse(header, sizeof(ifinfomsg), attributes, IFLA_MAX, nullptr);
  if (parsed < 0) return;
  const auto* info = static_cast<const ifinfomsg*>(nlmsg_data(header));
  // A bridge reports its ports in messages of its own family: leaving a bridge is no removal.
  if (info->ifi_family != AF_UNSPEC) return;
  if (header->nlmsg_type == RTM_DELLINK) {
    const auto gone = mirror_->find(info->ifi_index);
    if (gone == mirror_->end()) return;
    changed_.insert(gone->second.name);
    mirror_->erase(gone);
    return;
  }
  Interface& interface = (*mirror_)[info->ifi_index];
  const Interface before = interface;
  interface.index = info->ifi_index;
  interface.up = (info->ifi_flags & IFF_UP) != 0 && (info->ifi_flags & IFF_RUNNING) != 0;
  if (attributes[IFLA_IFNAME] != nullptr) interface.name = nla_get_string(attributes[IFLA_IFNAME]);
  const nlattr* mac = attributes[IFLA_ADDRESS];
  if (mac != nullptr && nla_len(mac) == static_cast<int>(interface.mac.size())) {
    std::memcpy(interface.mac.data(), nla_data(mac), interface.mac.size());
  }
  if (interface.name != before.name) changed_.insert(before.name);
  if (interface.name != before.name || interface.up != before.up || interface.mac != before.mac) {
    changed_.insert(interface.name);
  }
}

void Netlink::apply_address(nlmsghdr* header) {
  nlattr* attributes[IFA_MAX + 1];
  if (nlmsg_parse(header, sizeof(ifaddrmsg), attributes, IFA_MAX, nullptr) < 0) return;
  const auto* info = static_cast<const ifaddrmsg*>(nlmsg_data(header));
  const nlattr* local = attributes[IFA_LOCAL];
  const auto found = mirror_->find(static_cast<int>(info->ifa_index));
  if (info->ifa_family != AF_INET || local == nullptr || found == mirror_->end()) return;
  if (nla_len(local) != 4) return;
  InterfaceAddress address;
  address.address =
      base::IpAddress::from_bytes({static_cast<const std::uint8_t*>(nla_data(local)), 4});
  address.prefix = info->ifa_prefixlen;
  address.global = info->ifa_scope < RT_SCOPE_LINK;
  if (attributes[IFA_PROTO] != nullptr) address.protocol = nla_get_u8(attributes[IFA_PROTO]);
  if (header->nlmsg_type == RTM_NEWADDR) {
    store(found->second, address);
  } else {
    erase(found->second, address);
  }
}

void Netlink::store(Interface& interface, const InterfaceAddress& address) {
  auto& all = interface.addresses;
  const auto same = std::ranges::find_if(all, [&](const InterfaceAddress& other) {
    return other.address == address.address && other.prefix == address.prefix;
  });
  if (same == all.end()) {
    all.push_back(address);
    changed_.insert(interface.name);
  } else {
    *same = address;  // a renewed lease, nothing that anybody waits for
  }
}

void Netlink::erase(Interface& interface, const InterfaceAddress& address) {
  const auto removed = std::erase_if(interface.addresses, [&](const InterfaceAddress& other) {
    return other.address == address.address && other.prefix == address.prefix;
  });
  if (removed > 0) changed_.insert(interface.name);
}

const Interface* Netlink::find(std::string_view name) const {
  for (const auto& [index, interface] : interfaces_) {
    if (interface.name == name) return &interface;
  }
  return nullptr;
}

}  // namespace wslb::agent
