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
#include <spdlog/spdlog.h>
#include <sys/socket.h>

namespace wslb::agent {
namespace {

using MessagePtr = std::unique_ptr<nl_msg, decltype(&nlmsg_free)>;

constexpr timeval kRequestTimeout{.tv_sec = 0, .tv_usec = 500'000};
constexpr int kEventBufferBytes = 1 << 20;
constexpr int kMessagesPerWakeUp = 256;
constexpr int kMessagesOfOverrun = 1 << 16;  // more than the buffer holds
constexpr int kDumpAttempts = 3;
constexpr std::chrono::milliseconds kRetryPause{100};
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
  if (code == 0 && ::setsockopt(nl_socket_get_fd(events), SOL_SOCKET, SO_RCVBUFFORCE,
                                &kEventBufferBytes, sizeof kEventBufferBytes) != 0) {
    code = nl_socket_set_buffer_size(events, kEventBufferBytes, 0);
  }
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
    : events_(events), descriptor_(io, nl_socket_get_fd(events)), retry_(io) {
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
  if (!read_events()) resynchronise_until_done();
  tell_changes();
}

void Netlink::tell_changes() {
  // The handler may bring about further changes, which then belong to the next round.
  for (const std::string& name : std::exchange(changed_, {})) on_change_(name);
}

// False: the kernel had more to say than the buffer took (ENOBUFS). Then all that waited has been
// read, so that nothing older is left to spoil what is read afresh.
bool Netlink::read_events() {
  bool whole = true;
  for (int i = 0; i < (whole ? kMessagesPerWakeUp : kMessagesOfOverrun); ++i) {
    const int code = nl_recvmsgs_default(events_);
    if (code == -NLE_AGAIN) break;
    if (code < 0) whole = false;
  }
  return whole;
}

// Reads everything afresh. The mirror stays as it was when that fails.
base::Result<void> Netlink::resynchronise() {
  for (int attempt = 0; attempt < kDumpAttempts; ++attempt) {
    std::map<int, Interface> fresh;
    mirror_ = &fresh;
    auto read = dump(RTM_GETLINK);
    if (read) read = dump(RTM_GETADDR);
    mirror_ = &interfaces_;
    if (!read) return read;
    for (const auto& [index, interface] : interfaces_) changed_.insert(interface.name);
    interfaces_.swap(fresh);
    // What happened meanwhile comes on top.
    if (read_events()) return {};
  }
  return base::Error{"the network interfaces change faster than they can be listed"};
}

void Netlink::resynchronise_until_done() {
  const auto done = resynchronise();
  if (done) return;
  spdlog::warn("{}; next attempt in 100 ms", done.error().message);
  retry_.expires_after(kRetryPause);
  retry_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    std::ignore = read_events();
    resynchronise_until_done();
    tell_changes();
  });
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
  return remove_address(interface->index, vip);
}

base::Result<void> Netlink::remove_address(int interface_index, const config::Vip& vip) {
  const auto known = interfaces_.find(interface_index);
  const MessagePtr message = address_message(RTM_DELADDR, 0, interface_index, vip);
  const int code = request(message.get());
  if (code < 0 && code != -NLE_NOADDR && code != -NLE_NODEV && code != -NLE_OBJ_NOTFOUND) {
    const std::string name = known == interfaces_.end()
                                 ? "interface " + std::to_string(interface_index)
                                 : known->second.name;
    return netlink_error("cannot take " + vip.address.to_string() + " off " + name, code);
  }
  if (known != interfaces_.end()) erase(known->second, {vip.address, vip.prefix, 0, true});
  return {};
}

}  // namespace wslb::agent
