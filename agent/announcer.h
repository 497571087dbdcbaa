// Sends Ethernet frames that the agent has composed (frame.h) out of an interface: gratuitous ARP
// and neighbour advertisements, the question who has a VIP, and adverts from a virtual MAC. What,
// when and how often is decided elsewhere. Used by the runner.
#pragma once

#include "agent/file_descriptor.h"
#include "agent/interface.h"
#include "base/bytes.h"
#include "base/result.h"

namespace wslb::agent {

class Announcer {
 public:
  // Needs CAP_NET_RAW. Receives nothing: opening a socket that does costs 10 ms, this one little,
  // and it serves every interface from then on.
  static base::Result<Announcer> open();

  // `count` times (1 .. 255), back to back. The error is the kernel's words alone.
  [[nodiscard]] base::Result<void> send(int interface_index, base::ByteView frame, int count = 1);

 private:
  explicit Announcer(FileDescriptor socket) : socket_(std::move(socket)) {}

  FileDescriptor socket_;
};

}  // namespace wslb::agent
