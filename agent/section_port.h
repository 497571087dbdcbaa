// Where one vrrp section meets its interface: the socket of its adverts, its macvlan if it uses
// one, the watch for other owners of its VIPs, and how sending went. It follows the interface as
// that comes, goes and changes. Decides nothing. Used by the runner.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "agent/announcer.h"
#include "agent/claim_watch.h"
#include "agent/core/effect.h"
#include "agent/netlink.h"
#include "agent/vmacs.h"
#include "agent/vrrp_socket.h"
#include "config/vrrp_section.h"

namespace wslb::agent {

class SectionPort {
 public:
  // All of it outlives the port.
  struct World {
    boost::asio::io_context& io;
    Netlink& netlink;
    Announcer& announcer;
    Vmacs& vmacs;
  };
  struct Handlers {
    VrrpSocket::OnPacket on_packet;
    ClaimWatch::OnClaim on_claim;
  };

  SectionPort(const World& world, const config::VrrpSection& section, Handlers handlers);

  // Opens what there is to open on the interface as it is now; null: there is none. The error is
  // one that was not there at the last call, or is another one now; see works().
  [[nodiscard]] base::Result<void> follow(const Interface* interface);
  // False: something could not be opened; the section is of no use, and follow() is to be called
  // again in a while.
  [[nodiscard]] bool works() const { return error_.empty(); }

  // News: the first failure and the first success after it, as one clause.
  [[nodiscard]] std::optional<std::string> send(const core::SendAdvert& advert);
  [[nodiscard]] base::Result<void> announce(int count);
  [[nodiscard]] base::Result<void> probe();
  // Hands over what waits in the socket.
  void receive();

  [[nodiscard]] std::uint64_t sends_failed() const { return sends_failed_; }
  // What the operator should look into: one clause each.
  [[nodiscard]] std::vector<std::string> alarms() const;

 private:
  [[nodiscard]] base::Result<void> open(const Interface& interface);
  void watch_claims(const Interface& interface);
  void claimed(const base::IpAddress& vip, const Mac& mac);
  [[nodiscard]] base::Result<void> transmit(const core::SendAdvert& advert);

  World world_;
  const config::VrrpSection& section_;
  Handlers handlers_;
  std::vector<base::IpAddress> vips_;
  int interface_index_ = 0;  // 0: no interface
  Mac mac_{};                // of the interface
  std::unique_ptr<VrrpSocket> socket_;
  std::unique_ptr<ClaimWatch> watch_;
  std::string error_;
  std::string watch_error_;
  std::uint64_t sends_failed_ = 0;
  std::map<base::IpAddress, std::string> failing_;  // destinations where the last send did, and why
};

}  // namespace wslb::agent
