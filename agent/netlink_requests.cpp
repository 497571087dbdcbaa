#include "agent/netlink_requests.h"

#include <utility>

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wslb::agent {
namespace {

using MessagePtr = std::unique_ptr<nl_msg, decltype(&nlmsg_free)>;

constexpr timeval kRequestTimeout{.tv_sec = 0, .tv_usec = 500'000};
constexpr int kDumpAttempts = 3;
constexpr std::uint32_t kForever = 0xffffffff;        // of valid_lft
constexpr std::uint32_t kLastResortMetric = 1 << 20;  // far above every route of the host
constexpr std::uint32_t kLooseReversePath = 2;        // the way back may be another interface

// libnl 3.7 has no setter for IFA_PROTO, hence the attributes are put one by one.
MessagePtr address_message(int type, int flags, int index, const config::Vip& vip) {
  MessagePtr message(nlmsg_alloc_simple(type, flags), &nlmsg_free);
  ifaddrmsg header{};
  header.ifa_family = vip.address.is_v4() ? AF_INET : AF_INET6;
  header.ifa_prefixlen = vip.prefix;
  header.ifa_index = static_cast<std::uint32_t>(index);
  header.ifa_scope = RT_SCOPE_UNIVERSE;
  nlmsg_append(message.get(), &header, sizeof header, NLMSG_ALIGNTO);
  const base::ByteView bytes = vip.address.bytes();
  nla_put(message.get(), IFA_LOCAL, static_cast<int>(bytes.size()), bytes.data());
  nla_put(message.get(), IFA_ADDRESS, static_cast<int>(bytes.size()), bytes.data());
  return message;
}

MessagePtr link_message(int type, int flags, int index, bool up = false, bool change_up = false) {
  MessagePtr message(nlmsg_alloc_simple(type, flags), &nlmsg_free);
  ifinfomsg header{};
  header.ifi_family = AF_UNSPEC;
  header.ifi_index = index;
  header.ifi_flags = up ? IFF_UP : 0;
  header.ifi_change = change_up ? IFF_UP : 0;
  nlmsg_append(message.get(), &header, sizeof header, NLMSG_ALIGNTO);
  return message;
}

// net.ipv4.conf of the interface, which works without /proc/sys too.
void put_ipv4_settings(nl_msg* message,
                       std::initializer_list<std::pair<int, std::uint32_t>> settings) {
  nlattr* family = nla_nest_start(message, AF_INET);
  nlattr* values = nla_nest_start(message, IFLA_INET_CONF);
  for (const auto& [setting, value] : settings) nla_put_u32(message, setting, value);
  nla_nest_end(message, values);
  nla_nest_end(message, family);
}

std::uint32_t lease_seconds(std::optional<base::Duration> lease) {
  if (!lease) return kForever;
  return static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(*lease).count());
}

}  // namespace

base::Result<std::unique_ptr<NetlinkRequests>> NetlinkRequests::open(OnMessage on_message,
                                                                     void* argument) {
  auto requests = std::make_unique<NetlinkRequests>(on_message, argument);
  if (const int code = requests->connect(); code != 0) {
    return base::Error{std::string("cannot open a netlink socket: ") + nl_geterror(code)};
  }
  return requests;
}

NetlinkRequests::~NetlinkRequests() {
  if (socket_ != nullptr) nl_socket_free(socket_);
}

int NetlinkRequests::connect() {
  if (socket_ != nullptr) nl_socket_free(socket_);
  socket_ = nl_socket_alloc();
  if (on_message_ != nullptr) {
    nl_socket_modify_cb(socket_, NL_CB_VALID, NL_CB_CUSTOM, on_message_, argument_);
  }
  const int code = nl_connect(socket_, NETLINK_ROUTE);
  if (code == 0) {
    ::setsockopt(nl_socket_get_fd(socket_), SOL_SOCKET, SO_RCVTIMEO, &kRequestTimeout,
                 sizeof kRequestTimeout);
  }
  return code;
}

base::Result<void> NetlinkRequests::dump(int type) {
  int code = 0;
  for (int attempt = 0; attempt < kDumpAttempts; ++attempt) {
    MessagePtr message(nullptr, &nlmsg_free);
    if (type == RTM_GETLINK) {
      message = link_message(type, NLM_F_DUMP, 0);
    } else {
      message.reset(nlmsg_alloc_simple(type, NLM_F_DUMP));
      ifaddrmsg header{};
      header.ifa_family = AF_UNSPEC;
      nlmsg_append(message.get(), &header, sizeof header, NLMSG_ALIGNTO);
    }
    code = nl_send_auto(socket_, message.get());
    if (code >= 0) code = nl_recvmsgs_default(socket_);
    if (code >= 0) return {};
    code = connect();  // whatever was still to come is of no use any more
  }
  return base::Error{std::string("cannot list the network interfaces: ") + nl_geterror(code)};
}

int NetlinkRequests::exchange(nl_msg* message) {
  // A connect() that failed, say for want of descriptors, is made up for here.
  if (nl_socket_get_fd(socket_) < 0) {
    if (const int failed = connect(); failed < 0) return failed;
  }
  nl_complete_msg(socket_, message);
  int code = nl_send(socket_, message);
  if (code >= 0) code = nl_wait_for_ack(socket_);
  // An answer that comes too late must not be taken for that of the next request.
  if (code == -NLE_AGAIN || code == -NLE_SEQ_MISMATCH) std::ignore = connect();
  return code;
}

base::Result<void> NetlinkRequests::request(nl_msg* message) {
  const int code = exchange(message);
  if (code < 0) return base::Error{nl_geterror(code)};
  return {};
}

base::Result<void> NetlinkRequests::give_up(nl_msg* message) {
  const int code = exchange(message);
  const bool gone = code == -NLE_NOADDR || code == -NLE_NODEV || code == -NLE_OBJ_NOTFOUND;
  if (code < 0 && !gone) return base::Error{nl_geterror(code)};
  return {};
}

base::Result<void> NetlinkRequests::put(const AddressPut& put) {
  const MessagePtr message =
      address_message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, put.interface_index, put.vip);
  const std::uint32_t seconds = lease_seconds(put.lease);
  const bool v4 = put.vip.address.is_v4();
  const ifa_cacheinfo lifetime{
      .ifa_prefered = v4 ? seconds : 0, .ifa_valid = seconds, .cstamp = 0, .tstamp = 0};
  nla_put(message.get(), IFA_CACHEINFO, sizeof lifetime, &lifetime);
  nla_put_u8(message.get(), IFA_PROTO, kAddressProtocol);
  std::uint32_t flags = v4 ? 0 : IFA_F_NODAD;
  if (put.route == PrefixRoute::None) flags |= IFA_F_NOPREFIXROUTE;
  if (put.route == PrefixRoute::LastResort) {
    nla_put_u32(message.get(), IFA_RT_PRIORITY, kLastResortMetric);
  }
  nla_put_u32(message.get(), IFA_FLAGS, flags);
  return request(message.get());
}

base::Result<void> NetlinkRequests::remove(int interface_index, const config::Vip& vip) {
  return give_up(address_message(RTM_DELADDR, 0, interface_index, vip).get());
}

base::Result<void> NetlinkRequests::create_macvlan(const std::string& name, int parent,
                                                   const Mac& mac, const std::string& alias) {
  const MessagePtr message = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
  nla_put_string(message.get(), IFLA_IFNAME, name.c_str());
  nla_put_u32(message.get(), IFLA_LINK, static_cast<std::uint32_t>(parent));
  nla_put(message.get(), IFLA_ADDRESS, static_cast<int>(mac.size()), mac.data());
  nla_put_u32(message.get(), IFLA_GROUP, kAddressProtocol);
  nlattr* info = nla_nest_start(message.get(), IFLA_LINKINFO);
  nla_put_string(message.get(), IFLA_INFO_KIND, "macvlan");
  nlattr* data = nla_nest_start(message.get(), IFLA_INFO_DATA);
  // In other modes the base interface never sees what comes from the macvlan's own MAC: the
  // adverts of the other router, when a partition that made both active heals.
  nla_put_u32(message.get(), IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
  nla_nest_end(message.get(), data);
  nla_nest_end(message.get(), info);
  if (const auto created = request(message.get()); !created) return created;

  const int index = static_cast<int>(::if_nametoindex(name.c_str()));
  const MessagePtr settings = link_message(RTM_SETLINK, 0, index);
  nla_put_string(settings.get(), IFLA_IFALIAS, alias.c_str());
  nlattr* families = nla_nest_start(settings.get(), IFLA_AF_SPEC);
  // It answers for its own addresses alone, and packets may come in here whose answers leave by the
  // base interface.
  put_ipv4_settings(settings.get(), {{IPV4_DEVCONF_ARP_IGNORE, 1},
                                     {IPV4_DEVCONF_ARP_ANNOUNCE, 2},
                                     {IPV4_DEVCONF_RP_FILTER, kLooseReversePath}});
  if (::access("/proc/self/net/if_inet6", F_OK) == 0) {  // else the kernel does not know the family
    nlattr* v6 = nla_nest_start(settings.get(), AF_INET6);
    nla_put_u8(settings.get(), IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
    nla_nest_end(settings.get(), v6);
  }
  nla_nest_end(settings.get(), families);
  return request(settings.get());
}

base::Result<void> NetlinkRequests::set_up(int interface_index, bool up) {
  const MessagePtr message = link_message(RTM_SETLINK, 0, interface_index, up, true);
  return up ? request(message.get()) : give_up(message.get());
}

base::Result<void> NetlinkRequests::set_arp(int interface_index, const Interface::Arp& arp) {
  const MessagePtr message = link_message(RTM_SETLINK, 0, interface_index);
  nlattr* families = nla_nest_start(message.get(), IFLA_AF_SPEC);
  put_ipv4_settings(message.get(), {{IPV4_DEVCONF_ARP_IGNORE, arp.ignore},
                                    {IPV4_DEVCONF_ARP_ANNOUNCE, arp.announce}});
  nla_nest_end(message.get(), families);
  return request(message.get());
}

base::Result<void> NetlinkRequests::remove_interface(int interface_index) {
  return give_up(link_message(RTM_DELLINK, 0, interface_index).get());
}

}  // namespace wslb::agent
