// What a proxy may send to the vault: a row of packets, each with two bytes of length and one that
// says how many descriptors come beside it (the highest bit: and others found no room). Whatever it
// is, the vault knows what it has, tells it to the next proxy, and leaves no descriptor open.
#include <cstdlib>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "agent/packet_socket.h"
#include "agent/vault.h"
#include "agent/vault_delivery.h"
#include "base/bytes.h"

namespace {

using wslb::agent::FileDescriptor;
using wslb::agent::Vault;

constexpr std::size_t kMost = 300;

int lowest_free() {
  const FileDescriptor fd(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
  return fd.get();
}

void take_all(Vault& vault, wslb::base::ByteReader rest) {
  while (rest.remaining() > 3) {
    const std::size_t length = rest.u16();
    const unsigned descriptors = rest.u8();
    const auto packet = rest.take(length);
    if (!rest.ok()) return;
    std::vector<FileDescriptor> beside;
    for (unsigned i = 0; i < (descriptors & 0x7fU); ++i) {
      beside.emplace_back(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
    }
    if (!vault.take(packet, std::move(beside), descriptors > 0x7fU)) return;
  }
}

void check(const Vault& vault) {
  std::size_t sockets = 0;
  for (const auto& [number, slot] : vault.slots()) sockets += slot.count;
  const std::size_t all =
      sockets + vault.listeners().size() + (vault.figures().arena ? std::size_t{1} : 0);
  if (all > kMost || (sockets > 0 && !vault.figures().arena)) std::abort();
  std::size_t told = 0;
  bool complete = false;
  wslb::agent::VaultDelivery delivery(vault);
  for (auto parcel = delivery.next(); parcel; parcel = delivery.next()) {
    if (complete || parcel->bytes.size() > wslb::agent::kVaultPacketBytesMax) std::abort();
    if (parcel->descriptors.size() > wslb::agent::kPacketDescriptorsMax) std::abort();
    for (const int fd : parcel->descriptors) {
      if (fd < 3) std::abort();
    }
    told += parcel->descriptors.size();
    complete = parcel->descriptors.empty();
    delivery.sent();
  }
  if (!complete || told != all) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int before = lowest_free();
  {
    Vault vault(kMost);
    vault.begin_stream();
    take_all(vault, wslb::base::ByteReader({data, size}));
    vault.begin_stream();
    check(vault);
    vault.end_connections();
    check(vault);
  }
  if (lowest_free() != before) std::abort();
  return 0;
}
