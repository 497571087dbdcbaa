// Packets with descriptors beside them (SCM_RIGHTS) over a Unix seqpacket socket. Nothing here
// waits. Used where the agent hands descriptors to the proxy or gets them from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

#include "agent/file_descriptor.h"
#include "base/result.h"

namespace wslb::agent {

inline constexpr std::size_t kPacketDescriptorsMax = 253;  // the kernel's SCM_MAX_FD

// A pair of connected sockets whose buffers hold 1 MiB each.
struct PacketSockets {
  FileDescriptor ours;
  FileDescriptor theirs;
};
[[nodiscard]] base::Result<PacketSockets> make_packet_sockets();

// False: errno says why. The descriptors stay the caller's.
[[nodiscard]] bool send_packet(int socket, const std::string& bytes,
                               std::span<const int> descriptors);

struct ReceivedPacket {
  ssize_t bytes = 0;  // as recv() has it; more than the buffer holds: the rest is lost
  std::vector<FileDescriptor> descriptors;
  bool cut = false;  // there were more descriptors, and this process has no room for them
};
[[nodiscard]] ReceivedPacket receive_packet(int socket, std::span<std::uint8_t> buffer);

}  // namespace wslb::agent
