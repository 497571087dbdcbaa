#include "agent/netlink.h"

#include <algorithm>
#include <cstring>

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>

namespace wslb::agent {
namespace {

using MessagePtr = std::unique_ptr<nl_msg, decltype(&nlmsg_free)>;

constexpr timeval kRequestTimeout{.tv_sec = 0, .tv_usec = 500'000};
constexpr int kEventBufferBytes = 1 << 20;
constexpr int kMessagesPerWakeUp = 256;
constexpr int kDumpAttempts = 3;
constexpr std::uint32_t kForever = 0xffffffff;  // of valid_lft

base::Error netlink_error(const std::string& what, int code) {
  return {what + ": " + nl_geterror(code)};
}

// libnl 3.7 has no setter for IFA_PROTO, hence the attributes are put one by one.
MessagePtr address_message(int type, int flags, int index, const config::Vip& vip) {
  MessagePtr message(nlmsg_alloc_simple(type, flags), &nlmsg_free);
  ifaddrmsg header{};
  header.ifa_family = AF_INET;
  header.ifa_prefixlen = vip.prefix;
  header.ifa_index = static_cast<std::uint32_t>(index);
  header.ifa_scope = RT_SCOPE_UNIVERSE;
  nlmsg_append(message.get(), &header, sizeof header, NLMSG_ALIGNTO);
  const base::ByteView bytes = vip.address.bytes();
  nla_put(message.get(), IFA_LOCAL, static_cast<int>(bytes.size()), bytes.data());
  nla_put(message.get(), IFA_ADDRESS, static_cast<int>(bytes.size()), bytes.data());
  return message;
}

std::uint32_t lease_seconds(std::optional<base::Duration> lease) {
  if (!lease) return kForever;
  return static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(*lease).count());
}

}  // namespace

base::Result<std::unique_ptr<Netlink>> Netlink::open(boost::asio::io_context& io) {
  nl_sock* events = nl_socket_alloc();
  nl_socket_disable_seq_check(events);
  int code = nl_connect(events, NETLINK_ROUTE);
  if (code == 0) code = nl_socket_set_nonblocking(events);
  if (code == 0) code = nl_socket_set_buffer_size(events, kEventBufferBytes, 0);
  if (code == 0) code = nl_socket_add_memberships(events, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, 0);
  if (code != 0) {
    nl_socket_free(events);
    return netlink_error("cannot watch the network interfaces", code);
  }
  auto netlink = std::make_unique<Netlink>(io, events);
  code = netlink->connect_requests();
  if (code != 0) return netlink_error("cannot open a netlink socket", code);
  // Watching began before this reading, so that nothing falls between the two.
  if (const auto read = netlink->resynchronise(); !read) return read.error();
  return netlink;
}

Netlink::Netlink(boost::asio::io_context& io, nl_sock* events)
    : events_(events), descriptor_(io, nl_socket_get_fd(events)) {
  nl_socket_modify_cb(events_, NL_CB_VALID, NL_CB_CUSTOM, &Netlink::on_message, this);
}

Netlink::~Netlink() {
  descriptor_.release();
  nl_socket_free(events_);
  if (requests_ != nullptr) nl_socket_free(requests_);
}

int Netlink::connect_requests() {
  if (requests_ != nullptr) nl_socket_free(requests_);
  requests_ = nl_socket_alloc();
  nl_socket_modify_cb(requests_, NL_CB_VALID, NL_CB_CUSTOM, &Netlink::on_message, this);
  const int code = nl_connect(requests_, NETLINK_ROUTE);
  if (code == 0) {
    ::setsockopt(nl_socket_get_fd(requests_), SOL_SOCKET, SO_RCVTIMEO, &kRequestTimeout,
                 sizeof kRequestTimeout);
  }
  return code;
}

void Netlink::watch(OnChange on_change) {
  on_change_ = std::move(on_change);
  changed_.clear();
  wait();
}

void Netlink::wait() {
  descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                         [this](const boost::system::error_code& error) {
                           if (error) return;  // the agent ends
                           drain();
                           wait();
                         });
}

void Netlink::drain() {
  for (int i = 0; i < kMessagesPerWakeUp; ++i) {
    const int code = nl_recvmsgs_default(events_);
    if (code == -NLE_AGAIN) break;
    // The kernel had more to say than the buffer took (ENOBUFS): read everything afresh.
    if (code < 0 && !resynchronise()) break;
  }
  // The handler may bring about further changes, which then belong to the next round.
  for (const std::string& name : std::exchange(changed_, {})) on_change_(name);
}

base::Result<void> Netlink::resynchronise() {
  for (const auto& [index, interface] : interfaces_) changed_.insert(interface.name);
  interfaces_.clear();
  if (const auto links = dump(RTM_GETLINK); !links) return links;
  return dump(RTM_GETADDR);
}

base::Result<void> Netlink::dump(int type) {
  int code = 0;
  for (int attempt = 0; attempt < kDumpAttempts; ++attempt) {
    const MessagePtr message(nlmsg_alloc_simple(type, NLM_F_DUMP), &nlmsg_free);
    if (type == RTM_GETLINK) {
      ifinfomsg header{};
      nlmsg_append(message.get(), &header, sizeof header, NLMSG_ALIGNTO);
    } else {
      ifaddrmsg header{};
      header.ifa_family = AF_INET;
      nlmsg_append(message.get(), &header, sizeof header, NLMSG_ALIGNTO);
    }
    code = nl_send_auto(requests_, message.get());
    if (code >= 0) code = nl_recvmsgs_default(requests_);
    if (code >= 0) return {};
    code = connect_requests();  // whatever was still to come is of no use any more
  }
  return netlink_error("cannot list the network interfaces", code);
}

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
    const auto gone = interfaces_.find(info->ifi_index);
    if (gone == interfaces_.end()) return;
    changed_.insert(gone->second.name);
    interfaces_.erase(gone);
    return;
  }
  Interface& interface = interfaces_[info->ifi_index];
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
  const auto found = interfaces_.find(static_cast<int>(info->ifa_index));
  if (info->ifa_family != AF_INET || local == nullptr || found == interfaces_.end()) return;
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

int Netlink::request(nl_msg* message) {
  nl_complete_msg(requests_, message);
  int code = nl_send(requests_, message);
  if (code >= 0) code = nl_wait_for_ack(requests_);
  // An answer that comes too late must not be taken for that of the next request.
  if (code == -NLE_AGAIN || code == -NLE_SEQ_MISMATCH) std::ignore = connect_requests();
  return code;
}

base::Result<void> Netlink::put_address(std::string_view name, const config::Vip& vip,
                                        std::optional<base::Duration> lease) {
  const std::string what = "cannot put " + vip.address.to_string() + " on " + std::string(name);
  const Interface* interface = find(name);
  if (interface == nullptr) return base::Error{what + ": there is no such interface"};
  const MessagePtr message =
      address_message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, interface->index, vip);
  const std::uint32_t seconds = lease_seconds(lease);
  const ifa_cacheinfo lifetime{
      .ifa_prefered = seconds, .ifa_valid = seconds, .cstamp = 0, .tstamp = 0};
  nla_put(message.get(), IFA_CACHEINFO, sizeof lifetime, &lifetime);
  nla_put_u8(message.get(), IFA_PROTO, kAddressProtocol);
  if (const int code = request(message.get()); code < 0) return netlink_error(what, code);
  store(interfaces_[interface->index], {vip.address, vip.prefix, kAddressProtocol, true});
  return {};
}

base::Result<void> Netlink::remove_address(std::string_view name, const config::Vip& vip) {
  const Interface* interface = find(name);
  if (interface == nullptr) return {};
  const MessagePtr message = address_message(RTM_DELADDR, 0, interface->index, vip);
  const int code = request(message.get());
  if (code < 0 && code != -NLE_NOADDR && code != -NLE_NODEV && code != -NLE_OBJ_NOTFOUND) {
    return netlink_error("cannot take " + vip.address.to_string() + " off " + std::string(name),
                         code);
  }
  erase(interfaces_[interface->index], {vip.address, vip.prefix, 0, true});
  return {};
}

}  // namespace wslb::agent
