// One packet of a Unix seqpacket socket with descriptors beside it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wslb::proxy {

inline constexpr std::size_t kPacketDescriptorsMax = 253;  // SCM_MAX_FD

struct DescriptorPacket {
  std::string bytes;
  std::vector<int> descriptors;  // the receiver's now
};

enum class PacketStatus : std::uint8_t { Done, Wait, Ended };

// Never blocks. Wait: there is no room, or none has come.
PacketStatus send_packet(int socket, std::string_view bytes, std::span<const int> descriptors);
PacketStatus receive_packet(int socket, DescriptorPacket& packet);

}  // namespace wslb::proxy
