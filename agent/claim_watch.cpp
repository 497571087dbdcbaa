#include "agent/claim_watch.h"

#include <algorithm>
#include <array>
#include <chrono>

#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "agent/packet_filter.h"

namespace wslb::agent {
namespace {

constexpr int kClaimBufferBytes = 32 * 1024;  // some dozens of claims; the rest of a flood is lost
constexpr std::chrono::milliseconds kWindow{100};

// Where a frame with an Ethernet header says who claims what.
struct Layout {
  std::size_t mac;
  std::size_t address;
  std::size_t address_bytes;
};
constexpr Layout kArp{.mac = 22, .address = 28, .address_bytes = 4};
constexpr Layout kNeighbourAdvertisement{.mac = 6, .address = 62, .address_bytes = 16};

}  // namespace

base::Result<std::unique_ptr<ClaimWatch>> ClaimWatch::open(boost::asio::io_context& io,
                                                           const Interface& interface,
                                                           std::span<const base::IpAddress> vips,
                                                           std::span<const Mac> own,
                                                           OnClaim on_claim) {
  const std::string what = "cannot watch for other owners of the VIPs on " + interface.name;
  const base::Family family = vips.front().family();
  // Protocol 0: it receives nothing until it is bound, and then only what the filter passes.
  FileDescriptor fd(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_protocol = htons(family == base::Family::V4 ? ETHERTYPE_ARP : ETHERTYPE_IPV6);
  to.sll_ifindex = interface.index;
  if (!fd || !attach(fd.get(), foreign_claim_filter(vips, own)) ||
      ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &kClaimBufferBytes, sizeof kClaimBufferBytes) !=
          0 ||
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    return system_error(what);
  }
  Descriptor socket(io);
  const auto watched = watch(socket, std::move(fd), what);
  if (!watched) return watched.error();
  return std::make_unique<ClaimWatch>(io, std::move(socket), family, std::move(on_claim));
}

ClaimWatch::ClaimWatch(boost::asio::io_context& io, Descriptor socket, base::Family family,
                       OnClaim on_claim)
    : socket_(std::move(socket)), pause_(io), family_(family), on_claim_(std::move(on_claim)) {
  wait();
}

void ClaimWatch::wait() {
  socket_.async_wait(Descriptor::wait_read,
                     [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
                       if (error || alive.expired()) return;
                       receive();
                       if (alive.expired()) return;
                       is_flood() ? pause() : wait();
                     });
}

void ClaimWatch::pause() {
  pause_.expires_at(window_end_);
  pause_.async_wait([this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
    if (!error && !alive.expired()) wait();
  });
}

void ClaimWatch::receive() {
  const base::TimePoint now = std::chrono::steady_clock::now();
  if (now >= window_end_) {
    window_end_ = now + kWindow;
    in_window_ = 0;
  }
  const Layout& layout = family_ == base::Family::V4 ? kArp : kNeighbourAdvertisement;
  const std::weak_ptr alive = alive_;
  std::array<std::uint8_t, 128> frame{};
  while (!is_flood()) {
    const ssize_t received = ::recv(socket_.native_handle(), frame.data(), frame.size(), 0);
    if (received < 0) return;
    ++in_window_;
    if (static_cast<std::size_t>(received) < layout.address + layout.address_bytes) continue;
    Mac mac{};
    std::copy_n(frame.begin() + layout.mac, mac.size(), mac.begin());
    on_claim_(base::IpAddress::from_bytes(
                  base::ByteView(frame).subspan(layout.address, layout.address_bytes)),
              mac);
    if (alive.expired()) return;
  }
}

}  // namespace wslb::agent
