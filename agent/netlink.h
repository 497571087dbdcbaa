// The kernel's links and addresses: a mirror that follows every change, and the requests that
// change them: to put a VIP on an interface and to take it off, and those for macvlans.
//
// Each VIP is tagged with our IFA_PROTO, so that a later agent knows which addresses a killed one
// left behind, and leased: the kernel drops it by itself unless it is put again in time.
// Requests are synchronous and may wait for the kernel's lock (NetlinkRequests); events come
// through the io_context.
// Built on libnl's messages and sockets; only netlink*.cpp includes libnl. Used by the runner and
// what belongs to it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/interface.h"
#include "agent/netlink_requests.h"
#include "base/result.h"
#include "base/time.h"
#include "config/vrrp_section.h"

struct nl_sock;
struct nl_msg;
struct nlmsghdr;

namespace wslb::agent {

class Netlink {
 public:
  using OnChange = std::function<void(const std::string& interface)>;

  // Has read every link and address when it returns.
  static base::Result<std::unique_ptr<Netlink>> open(boost::asio::io_context& io);
  Netlink(boost::asio::io_context& io, nl_sock* events);
  ~Netlink();
  Netlink(const Netlink&) = delete;
  Netlink& operator=(const Netlink&) = delete;

  // From now on, `on_change` is called for each interface that appeared, disappeared or changed in
  // its state or addresses, after the mirror holds all that the kernel had to say.
  void watch(OnChange on_change);

  // Null: there is no such interface. Valid until the event loop runs again, or refresh().
  [[nodiscard]] const Interface* find(std::string_view name) const;
  [[nodiscard]] const std::map<int, Interface>& interfaces() const { return interfaces_; }

  // What to ask for to have the VIP on the interface as it is now.
  [[nodiscard]] AddressPut plan_put(const Interface& interface, const config::Vip& vip,
                                    std::optional<base::Duration> lease) const;
  // Adds the VIP or renews its lease; nullopt: for ever. The kernel counts whole seconds, so that
  // a lease is rounded up.
  [[nodiscard]] base::Result<void> put_address(std::string_view interface, const config::Vip& vip,
                                               std::optional<base::Duration> lease);
  // Good also when the address or the interface is gone already.
  [[nodiscard]] base::Result<void> remove_address(std::string_view interface,
                                                  const config::Vip& vip);
  // The same by the interface's index, which need not be in the mirror.
  [[nodiscard]] base::Result<void> remove_address(int interface_index, const config::Vip& vip);

  // Interfaces are made and changed through these; refresh() then brings the mirror up to date at
  // once, while `on_change` is called when the event loop runs again.
  [[nodiscard]] NetlinkRequests& requests() { return *requests_; }
  void refresh();

 private:
  static int on_message(nl_msg* message, void* self);

  void wait();
  void drain();
  void tell_changes();
  [[nodiscard]] bool read_events();
  [[nodiscard]] base::Result<void> resynchronise();
  void resynchronise_until_done();
  void apply_link(nlmsghdr* header);
  void apply_address(nlmsghdr* header);
  void store(Interface& interface, const InterfaceAddress& address);
  void erase(Interface& interface, const InterfaceAddress& address);

  nl_sock* events_;
  std::unique_ptr<NetlinkRequests> requests_;
  boost::asio::posix::stream_descriptor descriptor_;  // of events_, which owns the descriptor
  boost::asio::steady_timer retry_;                   // of a resynchronisation that failed
  boost::asio::steady_timer telling_;                 // of what refresh() brought
  std::map<int, Interface> interfaces_;               // by index
  std::map<int, Interface>* mirror_ = &interfaces_;   // what messages are applied to
  std::set<std::string> changed_;                     // since on_change_ was called last
  OnChange on_change_;
};

}  // namespace wslb::agent
