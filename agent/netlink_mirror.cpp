// The half of Netlink that applies the kernel's messages to the mirror.
#include <algorithm>
#include <cstring>

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <sys/socket.h>

#include "agent/netlink.h"

namespace wslb::agent {
namespace {

void read_macvlan(nlattr** attributes, Interface& interface) {
  interface.parent = 0;
  interface.macvlan_mode = 0;
  nlattr* info[IFLA_INFO_MAX + 1];
  if (attributes[IFLA_LINKINFO] == nullptr || attributes[IFLA_LINK] == nullptr ||
      nla_parse_nested(info, IFLA_INFO_MAX, attributes[IFLA_LINKINFO], nullptr) < 0 ||
      info[IFLA_INFO_KIND] == nullptr || nla_strcmp(info[IFLA_INFO_KIND], "macvlan") != 0) {
    return;
  }
  interface.parent = static_cast<int>(nla_get_u32(attributes[IFLA_LINK]));
  nlattr* data[IFLA_MACVLAN_MAX + 1];
  if (info[IFLA_INFO_DATA] != nullptr &&
      nla_parse_nested(data, IFLA_MACVLAN_MAX, info[IFLA_INFO_DATA], nullptr) == 0 &&
      data[IFLA_MACVLAN_MODE] != nullptr) {
    interface.macvlan_mode = nla_get_u32(data[IFLA_MACVLAN_MODE]);
  }
}

std::optional<Interface::Arp> arp_settings(nlattr** attributes) {
  if (attributes[IFLA_AF_SPEC] == nullptr) return std::nullopt;
  nlattr* families[AF_INET6 + 1];
  nlattr* v4[IFLA_INET_MAX + 1];
  if (nla_parse_nested(families, AF_INET6, attributes[IFLA_AF_SPEC], nullptr) < 0 ||
      families[AF_INET] == nullptr ||
      nla_parse_nested(v4, IFLA_INET_MAX, families[AF_INET], nullptr) < 0 ||
      v4[IFLA_INET_CONF] == nullptr) {
    return std::nullopt;
  }
  const auto value = [&](int setting) {
    std::uint32_t result = 0;
    const int offset = (setting - 1) * static_cast<int>(sizeof result);
    if (offset + static_cast<int>(sizeof result) <= nla_len(v4[IFLA_INET_CONF])) {
      std::memcpy(&result, static_cast<const char*>(nla_data(v4[IFLA_INET_CONF])) + offset,
                  sizeof result);
    }
    return result;
  };
  return Interface::Arp{value(IPV4_DEVCONF_ARP_IGNORE), value(IPV4_DEVCONF_ARP_ANNOUNCE)};
}

}  // namespace

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
  interface.switched_on = (info->ifi_flags & IFF_UP) != 0;
  read_macvlan(attributes, interface);
  if (attributes[IFLA_GROUP] != nullptr) interface.group = nla_get_u32(attributes[IFLA_GROUP]);
  if (attributes[IFLA_IFALIAS] != nullptr)
    interface.alias = nla_get_string(attributes[IFLA_IFALIAS]);
  interface.arp = arp_settings(attributes).value_or(interface.arp);
  if (interface.name != before.name) changed_.insert(before.name);
  if (interface.name != before.name || interface.up != before.up ||
      interface.switched_on != before.switched_on || interface.mac != before.mac) {
    changed_.insert(interface.name);
  }
}

void Netlink::apply_address(nlmsghdr* header) {
  nlattr* attributes[IFA_MAX + 1];
  if (nlmsg_parse(header, sizeof(ifaddrmsg), attributes, IFA_MAX, nullptr) < 0) return;
  const auto* info = static_cast<const ifaddrmsg*>(nlmsg_data(header));
  // IPv6 has a local address beside that of the peer on a point-to-point link only.
  const nlattr* local =
      attributes[IFA_LOCAL] != nullptr ? attributes[IFA_LOCAL] : attributes[IFA_ADDRESS];
  const std::size_t bytes = info->ifa_family == AF_INET ? 4 : 16;
  const auto found = mirror_->find(static_cast<int>(info->ifa_index));
  const bool known_family = info->ifa_family == AF_INET || info->ifa_family == AF_INET6;
  if (!known_family || local == nullptr || found == mirror_->end()) return;
  if (static_cast<std::size_t>(nla_len(local)) != bytes) return;
  InterfaceAddress address;
  address.address =
      base::IpAddress::from_bytes({static_cast<const std::uint8_t*>(nla_data(local)), bytes});
  address.prefix = info->ifa_prefixlen;
  address.global = info->ifa_scope < RT_SCOPE_LINK;
  const std::uint32_t flags =
      attributes[IFA_FLAGS] != nullptr ? nla_get_u32(attributes[IFA_FLAGS]) : info->ifa_flags;
  address.usable = (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) == 0;
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
    // A renewed lease is nothing that anybody waits for.
    if (same->usable != address.usable) changed_.insert(interface.name);
    *same = address;
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
