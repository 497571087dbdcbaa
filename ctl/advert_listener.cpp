#include "ctl/advert_listener.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wslb::ctl {
namespace {

using doctor::HeardPacket;
using Clock = std::chrono::steady_clock;

constexpr int kProtocol = 112;
constexpr std::uint32_t kGroup = 0xe0000012;  // 224.0.0.18
constexpr in6_addr kGroup6{{{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12}}};
constexpr std::size_t kPacketBytesMax = 2048;  // more than 255 addresses and an IP header need
constexpr int kPacketsAtOnce = 64;
constexpr std::ptrdiff_t kPacketsOfSenderMax = 200;  // in a second at the shortest interval: 100
constexpr std::size_t kPacketsMax = 2000;

bool set(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

bool join_v4(int fd, int index) {
  const ip_mreqn group{.imr_multiaddr = {htonl(kGroup)}, .imr_address = {0}, .imr_ifindex = index};
  return ::setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) == 0;
}

bool join_v6(int fd, int index) {
  const ipv6_mreq group{.ipv6mr_multiaddr = kGroup6,
                        .ipv6mr_interface = static_cast<unsigned>(index)};
  return set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) &&
         set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1) &&
         ::setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group) == 0;
}

// -1: errno says why.
int open_ear(const std::string& interface, base::Family family) {
  const bool v4 = family == base::Family::V4;
  const int fd =
      ::socket(v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, kProtocol);
  if (fd < 0) return -1;
  const auto name_bytes = static_cast<socklen_t>(interface.size() + 1);
  const int index = static_cast<int>(::if_nametoindex(interface.c_str()));
  const bool good =
      ::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(), name_bytes) == 0 &&
      (v4 ? join_v4(fd, index) : join_v6(fd, index));
  if (good) return fd;
  const int error = errno;
  ::close(fd);
  errno = error;
  return -1;
}

template <typename Kernel>
base::IpAddress from_kernel(const Kernel& address) {
  return base::IpAddress::from_bytes(
      {reinterpret_cast<const std::uint8_t*>(&address), sizeof address});
}

HeardPacket from_v6(const std::string& interface, msghdr& message, base::ByteView payload) {
  HeardPacket packet;
  packet.interface = interface;
  packet.source = from_kernel(static_cast<const sockaddr_in6*>(message.msg_name)->sin6_addr);
  packet.destination = from_kernel(kGroup6);
  packet.payload.assign(payload.begin(), payload.end());
  for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr;
       each = CMSG_NXTHDR(&message, each)) {
    if (each->cmsg_level != IPPROTO_IPV6) continue;
    if (each->cmsg_type == IPV6_HOPLIMIT) {
      int hop_limit = 0;
      std::memcpy(&hop_limit, CMSG_DATA(each), sizeof hop_limit);
      packet.ttl = static_cast<std::uint8_t>(hop_limit);
    } else if (each->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(each), sizeof info);
      packet.destination = from_kernel(info.ipi6_addr);
    }
  }
  return packet;
}

}  // namespace

AdvertListener::AdvertListener(const config::Config& config, std::vector<std::string>& unchecked) {
  for (const config::VrrpSection& section : config.vrrps) {
    if (section.vips.empty()) continue;
    const base::Family family = section.vips.front().address.family();
    const auto same = std::ranges::find_if(ears_, [&](const Ear& ear) {
      return ear.interface == section.interface && ear.family == family;
    });
    if (same != ears_.end()) {
      same->vrids.push_back(section.vrid);
      continue;
    }
    const int fd = open_ear(section.interface, family);
    if (fd >= 0) {
      ears_.push_back({fd, section.interface, family, {section.vrid}});
      continue;
    }
    const bool forbidden = errno == EPERM || errno == EACCES;
    unchecked.push_back(
        "who advertises on " + section.interface + ": " +
        (forbidden ? std::string("only root (CAP_NET_RAW) may listen") : std::strerror(errno)));
  }
}

AdvertListener::~AdvertListener() {
  for (const Ear& ear : ears_) ::close(ear.fd);
}

std::vector<HeardPacket> AdvertListener::listen(std::chrono::milliseconds time) {
  std::vector<HeardPacket> heard;
  std::vector<pollfd> waited;
  for (const Ear& ear : ears_) waited.push_back({.fd = ear.fd, .events = POLLIN, .revents = 0});
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(begin_ + time - Clock::now()).count();
    const int ready =
        ::poll(waited.data(), waited.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
    for (std::size_t i = 0; ready > 0 && i < ears_.size(); ++i) {
      if (waited[i].revents != 0) receive(ears_[i], heard);
    }
    if (left <= 0 || heard.size() >= kPacketsMax) return heard;
  }
}

void AdvertListener::receive(const Ear& ear, std::vector<HeardPacket>& heard) const {
  std::array<std::uint8_t, kPacketBytesMax> buffer;
  alignas(cmsghdr) std::array<std::uint8_t, 256> control;
  for (int i = 0; i < kPacketsAtOnce; ++i) {
    sockaddr_in6 from{};
    iovec data{.iov_base = buffer.data(), .iov_len = buffer.size()};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t received = ::recvmsg(ear.fd, &message, 0);
    if (received < 0) return;
    const auto bytes = base::ByteView(buffer).first(static_cast<std::size_t>(received));
    const auto packet = ear.family == base::Family::V4
                            ? HeardPacket::from_v4(ear.interface, bytes)
                            : std::optional(from_v6(ear.interface, message, bytes));
    if (!packet || packet->payload.size() < 2) continue;
    const bool ours = std::ranges::count(ear.vrids, packet->payload[1]) > 0;
    const auto of_sender = std::ranges::count(heard, packet->source, &HeardPacket::source);
    if (ours && of_sender < kPacketsOfSenderMax) heard.push_back(*packet);
  }
}

}  // namespace wslb::ctl
