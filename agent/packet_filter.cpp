#include "agent/packet_filter.h"

#include <cassert>

#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/bytes.h"

namespace wslb::agent {
namespace {

constexpr std::uint32_t kPass = 0xffffffff;
constexpr std::uint32_t kDrop = 0;
constexpr std::uint32_t kVridOffset = 1;

// Offsets into a frame with an Ethernet header of 14 bytes.
constexpr std::uint32_t kSourceMac = 6;
constexpr std::uint32_t kArpSenderMac = 22;
constexpr std::uint32_t kArpSenderAddress = 28;
constexpr std::uint32_t kNextHeader = 20;
constexpr std::uint32_t kHopLimit = 21;
constexpr std::uint32_t kIcmpType = 54;
constexpr std::uint32_t kNaTarget = 62;
constexpr std::uint32_t kHopLimitOnLink = 255;

sock_filter load(int size, std::uint32_t offset) {
  return BPF_STMT(static_cast<std::uint16_t>(BPF_LD | BPF_ABS | size), offset);
}

// Goes on if the loaded value is `value`, else skips so many instructions.
sock_filter unless_equal_skip(std::uint32_t value, std::uint8_t skip) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip);
}

sock_filter verdict(std::uint32_t value) {
  return BPF_STMT(BPF_RET | BPF_K, value);
}

void drop_unless(PacketFilter& filter, sock_filter loaded, std::uint32_t value) {
  filter.push_back(loaded);
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0));
  filter.push_back(verdict(kDrop));
}

void drop_mac(PacketFilter& filter, std::uint32_t offset, const Mac& mac) {
  base::ByteReader reader(mac);
  filter.push_back(load(BPF_W, offset));
  filter.push_back(unless_equal_skip(reader.u32(), 3));
  filter.push_back(load(BPF_H, offset + 4));
  filter.push_back(unless_equal_skip(reader.u16(), 1));
  filter.push_back(verdict(kDrop));
}

// Compares word by word; a word that differs leads behind the `pass`.
void pass_address(PacketFilter& filter, std::uint32_t offset, const base::IpAddress& address) {
  const auto words = static_cast<std::uint32_t>(address.bytes().size() / 4);
  base::ByteReader reader(address.bytes());
  for (std::uint32_t word = 0; word < words; ++word) {
    filter.push_back(load(BPF_W, offset + word * 4));
    const std::uint32_t left = (words - word - 1) * 2 + 1;
    filter.push_back(unless_equal_skip(reader.u32(), static_cast<std::uint8_t>(left)));
  }
  filter.push_back(verdict(kPass));
}

}  // namespace

PacketFilter own_vrid_filter(base::Family family, std::uint8_t vrid) {
  PacketFilter filter;
  if (family == base::Family::V4) {
    // The kernel shows the IPv4 header, of whatever length. X: that length.
    filter.push_back(BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0));
  } else {
    filter.push_back(BPF_STMT(BPF_LDX | BPF_IMM, 0));
  }
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0));
  filter.push_back(BPF_STMT(BPF_ALU | BPF_SUB | BPF_X, 0));
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, kVridOffset, 1, 0));
  filter.push_back(verdict(kPass));
  filter.push_back(BPF_STMT(BPF_LD | BPF_B | BPF_IND, kVridOffset));
  filter.push_back(unless_equal_skip(vrid, 1));
  filter.push_back(verdict(kPass));
  filter.push_back(verdict(kDrop));
  return filter;
}

PacketFilter foreign_claim_filter(std::span<const base::IpAddress> vips, std::span<const Mac> own) {
  assert(!vips.empty());
  const bool v4 = vips.front().is_v4();
  PacketFilter filter;
  if (!v4) {
    drop_unless(filter, load(BPF_B, kNextHeader), IPPROTO_ICMPV6);
    drop_unless(filter, load(BPF_B, kIcmpType), ND_NEIGHBOR_ADVERT);
    drop_unless(filter, load(BPF_B, kHopLimit), kHopLimitOnLink);
  }
  for (const Mac& mac : own) drop_mac(filter, v4 ? kArpSenderMac : kSourceMac, mac);
  for (const base::IpAddress& vip : vips) {
    pass_address(filter, v4 ? kArpSenderAddress : kNaTarget, vip);
  }
  filter.push_back(verdict(kDrop));
  return filter;
}

bool attach(int socket, const PacketFilter& filter) {
  assert(filter.size() <= BPF_MAXINSNS);
  const sock_fprog program{.len = static_cast<unsigned short>(filter.size()),
                           .filter = const_cast<sock_filter*>(filter.data())};
  return ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

}  // namespace wslb::agent
