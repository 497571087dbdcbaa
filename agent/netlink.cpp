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

constexpr int kEventBufferBytes = 1 << 20;
constexpr int kMessagesPerWakeUp = 256;
constexpr int kMessagesOfOverrun = 1 << 16;  // more than the buffer holds
constexpr int kReadAttempts = 3;
constexpr std::chrono::milliseconds kRetryPause{100};

base::Error netlink_error(const std::string& what, int code) {
  return {what + ": " + nl_geterror(code)};
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
  if (code == 0)
    code = nl_socket_add_memberships(events, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
                                     0);
  if (code != 0) {
    nl_socket_free(events);
    return netlink_error("cannot watch the network interfaces", code);
  }
  auto netlink = std::make_unique<Netlink>(io, events);
  auto requests = NetlinkRequests::open(&Netlink::on_message, netlink.get());
  if (!requests) return requests.error();
  netlink->requests_ = std::move(*requests);
  // Watching began before this reading, so that nothing falls between the two.
  if (const auto read = netlink->resynchronise(); !read) return read.error();
  return netlink;
}

Netlink::Netlink(boost::asio::io_context& io, nl_sock* events)
    : events_(events), descriptor_(io, nl_socket_get_fd(events)), retry_(io), telling_(io) {
  nl_socket_modify_cb(events_, NL_CB_VALID, NL_CB_CUSTOM, &Netlink::on_message, this);
}

Netlink::~Netlink() {
  descriptor_.release();
  nl_socket_free(events_);
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

void Netlink::refresh() {
  if (!read_events()) resynchronise_until_done();
  telling_.expires_after(std::chrono::seconds(0));
  telling_.async_wait([this](const boost::system::error_code& error) {
    if (!error && on_change_) tell_changes();
  });
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
  for (int attempt = 0; attempt < kReadAttempts; ++attempt) {
    std::map<int, Interface> fresh;
    mirror_ = &fresh;
    auto read = requests_->dump(RTM_GETLINK);
    if (read) read = requests_->dump(RTM_GETADDR);
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

AddressPut Netlink::plan_put(const Interface& interface, const config::Vip& vip,
                             std::optional<base::Duration> lease) const {
  AddressPut put{interface.index, vip, lease, PrefixRoute::Own};
  if (interface.parent != 0) {
    put.route = PrefixRoute::LastResort;
  } else if (!vip.address.is_v4() && interface.has_neighbour(vip)) {
    put.route = PrefixRoute::None;
  }
  return put;
}

base::Result<void> Netlink::put_address(std::string_view name, const config::Vip& vip,
                                        std::optional<base::Duration> lease) {
  const std::string what = "cannot put " + vip.address.to_string() + " on " + std::string(name);
  const Interface* interface = find(name);
  if (interface == nullptr) return base::Error{what + ": there is no such interface"};
  const auto done = requests_->put(plan_put(*interface, vip, lease));
  if (!done) return base::Error{what + ": " + done.error().message};
  store(interfaces_[interface->index], {vip.address, vip.prefix, kAddressProtocol, true, true});
  return {};
}

base::Result<void> Netlink::remove_address(std::string_view name, const config::Vip& vip) {
  const Interface* interface = find(name);
  if (interface == nullptr) return {};
  return remove_address(interface->index, vip);
}

base::Result<void> Netlink::remove_address(int interface_index, const config::Vip& vip) {
  const auto known = interfaces_.find(interface_index);
  const auto removed = requests_->remove(interface_index, vip);
  if (!removed) {
    const std::string name = known == interfaces_.end()
                                 ? "interface " + std::to_string(interface_index)
                                 : known->second.name;
    return base::Error{"cannot take " + vip.address.to_string() + " off " + name + ": " +
                       removed.error().message};
  }
  if (known != interfaces_.end()) erase(known->second, {vip.address, vip.prefix, 0, true, true});
  return {};
}

}  // namespace wslb::agent
