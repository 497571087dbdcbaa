#include "proxy/vault_claim.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/time.h"
#include "proto/vault.pb.h"
#include "proxy/agent_link.h"
#include "proxy/descriptor_packet.h"

namespace wslb::proxy {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{3};
constexpr std::chrono::milliseconds kRefusedPause{20};

int connect_to(const std::string& path) {
  sockaddr_un address{};
  if (path.size() >= sizeof address.sun_path) return -1;
  address.sun_family = AF_UNIX;
  std::ranges::copy(path, address.sun_path);
  const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return fd;
  }
  if (fd >= 0) ::close(fd);
  return -1;
}

// False: it ended, or took too long.
bool wait_for_packet(int fd, DescriptorPacket& packet, base::TimePoint deadline) {
  for (;;) {
    const PacketStatus status = receive_packet(fd, packet);
    if (status != PacketStatus::Wait) return status == PacketStatus::Done;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd waits{.fd = fd, .events = POLLIN, .revents = 0};
    ::poll(&waits, 1, static_cast<int>(left.count()));
  }
}

void close_all(const std::vector<int>& descriptors) {
  for (const int fd : descriptors) ::close(fd);
}

bool say_hello(ClaimedVault& claimed, base::TimePoint deadline) {
  DescriptorPacket packet;
  proto::AgentToProxy answer;
  if (send_packet(claimed.agent, agent_hello(), {}) != PacketStatus::Done ||
      !wait_for_packet(claimed.agent, packet, deadline)) {
    return false;
  }
  if (!answer.ParseFromString(packet.bytes) || !answer.has_hello()) {
    close_all(packet.descriptors);
    return false;
  }
  claimed.hello = answer.hello();
  std::tie(claimed.sticky, claimed.stream) = streams_of(answer.hello(), packet.descriptors);
  return true;
}

// The kernel leaves out what this process has no place for.
void miss(ClaimedVault& claimed, const std::vector<int>& descriptors) {
  close_all(descriptors);
  claimed.complaint = "sockets that the agent had kept did not arrive: is LimitNOFILE too low?";
}

void take_arena(ClaimedVault& claimed, const std::vector<int>& descriptors) {
  if (descriptors.size() != 1) return miss(claimed, descriptors);
  auto arena = vault::Arena::open(descriptors.front());
  if (arena) claimed.arena = std::move(*arena);
  if (!arena) claimed.complaint = arena.error().message;
}

void take_listeners(ClaimedVault& claimed, const proto::VaultListeners& listeners,
                    const std::vector<int>& descriptors) {
  if (static_cast<std::size_t>(listeners.names_size()) != descriptors.size()) {
    return miss(claimed, descriptors);
  }
  for (int i = 0; i < listeners.names_size(); ++i) {
    const auto [at, is_new] =
        claimed.listeners.emplace(listeners.names(i), descriptors[static_cast<std::size_t>(i)]);
    if (!is_new) ::close(descriptors[static_cast<std::size_t>(i)]);
  }
}

void take_sockets(ClaimedVault& claimed, const proto::VaultKeep& kept,
                  const std::vector<int>& descriptors) {
  const std::size_t each = kept.sockets();
  if (each < 1 || each > 2 ||
      static_cast<std::size_t>(kept.slots_size()) * each != descriptors.size()) {
    return miss(claimed, descriptors);
  }
  auto next = descriptors.begin();
  for (const vault::Slot slot : kept.slots()) {
    const std::array<int, 2> pair{*next, each == 2 ? *(next + 1) : -1};
    next += static_cast<std::ptrdiff_t>(each);
    const bool possible = slot < vault::Arena::kSlots;
    if (!possible || !claimed.sockets.emplace(slot, pair).second) {
      close_all({pair.begin(), pair.end()});
    }
  }
}

bool receive_all(ClaimedVault& claimed, base::TimePoint deadline) {
  DescriptorPacket packet;
  while (wait_for_packet(claimed.stream, packet, deadline)) {
    proto::FromVault message;
    if (!message.ParseFromString(packet.bytes)) return close_all(packet.descriptors), false;
    switch (message.message_case()) {
      case proto::FromVault::kArena:
        take_arena(claimed, packet.descriptors);
        break;
      case proto::FromVault::kListeners:
        take_listeners(claimed, message.listeners(), packet.descriptors);
        break;
      case proto::FromVault::kKept:
        take_sockets(claimed, message.kept(), packet.descriptors);
        break;
      case proto::FromVault::kComplete:
        return true;
      case proto::FromVault::MESSAGE_NOT_SET:
        close_all(packet.descriptors);
        break;
    }
  }
  return false;
}

}  // namespace

// An agent refuses a second proxy, and whoever is quicker than the end of the one before is one for
// a moment.
ClaimedVault claim_vault(const std::string& agent_socket) {
  ClaimedVault claimed;
  const base::TimePoint deadline = steady_clock::now() + kPatience;
  for (;;) {
    claimed.agent = connect_to(agent_socket);
    if (claimed.agent < 0) return claimed;
    if (say_hello(claimed, deadline)) break;
    ::close(std::exchange(claimed.agent, -1));
    if (steady_clock::now() + kRefusedPause > deadline) return claimed;
    std::this_thread::sleep_for(kRefusedPause);
  }
  if (claimed.stream >= 0 && !receive_all(claimed, deadline)) {
    claimed.complaint = "the agent did not give all that it had kept";
  }
  return claimed;
}

}  // namespace wslb::proxy
