// What wslb asks of the kernel over routing netlink: to put a VIP on an interface or take it off,
// and to make, switch and remove the macvlan of `use-vmac`. One object is one socket; each request
// is synchronous. An answer is waited for half a second; the request itself, however, waits inside
// the kernel for its lock of all interfaces, without a bound. Others hold that for milliseconds
// (namespaces that come and go), and longer where much is configured: whatever may not wait uses an
// object of its own on a thread of its own (LeaseRenewer). Used by Netlink, which also lists
// through it, and by LeaseRenewer; one object belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "agent/interface.h"
#include "base/result.h"
#include "base/time.h"
#include "config/vrrp_section.h"

struct nl_sock;
struct nl_msg;

namespace wslb::agent {

// What becomes of the route to a VIP's own network.
enum class PrefixRoute : std::uint8_t {
  Own,         // the kernel makes it
  None,        // the interface has it from another address. For IPv6, where the kernel would let
               // that route end with the VIP's lease
  LastResort,  // on a macvlan: with so high a metric that the base interface's route goes first
};

struct AddressPut {
  int interface_index = 0;
  config::Vip vip;
  std::optional<base::Duration> lease;  // nullopt: for ever; else rounded up to whole seconds
  PrefixRoute route = PrefixRoute::Own;
};

class NetlinkRequests {
 public:
  using OnMessage = int (*)(nl_msg*, void*);

  // `on_message` with `argument` takes what a dump brings.
  static base::Result<std::unique_ptr<NetlinkRequests>> open(OnMessage on_message = nullptr,
                                                             void* argument = nullptr);
  NetlinkRequests(OnMessage on_message, void* argument)
      : on_message_(on_message), argument_(argument) {}
  ~NetlinkRequests();
  NetlinkRequests(const NetlinkRequests&) = delete;
  NetlinkRequests& operator=(const NetlinkRequests&) = delete;

  // Lists all of RTM_GETLINK or RTM_GETADDR.
  [[nodiscard]] base::Result<void> dump(int type);

  // Errors of these are the kernel's words alone: the caller knows the names.

  // Adds the address or renews its lease. An IPv6 address skips duplicate address detection, and is
  // never chosen as a source.
  [[nodiscard]] base::Result<void> put(const AddressPut& put);
  // Good also when the address or the interface is gone already.
  [[nodiscard]] base::Result<void> remove(int interface_index, const config::Vip& vip);

  // A macvlan with this MAC and alias, tagged as ours, switched off, without addresses and without
  // ever making itself a link-local one.
  [[nodiscard]] base::Result<void> create_macvlan(const std::string& name, int parent,
                                                  const Mac& mac, const std::string& alias);
  // Off: good also when the interface is gone already.
  [[nodiscard]] base::Result<void> set_up(int interface_index, bool up);
  [[nodiscard]] base::Result<void> set_arp(int interface_index, const Interface::Arp& arp);
  [[nodiscard]] base::Result<void> remove_interface(int interface_index);

 private:
  [[nodiscard]] int connect();
  [[nodiscard]] int exchange(nl_msg* message);
  [[nodiscard]] base::Result<void> request(nl_msg* message);
  // Good also when what it is about is gone.
  [[nodiscard]] base::Result<void> give_up(nl_msg* message);

  nl_sock* socket_ = nullptr;
  OnMessage on_message_;
  void* argument_;
};

}  // namespace wslb::agent
