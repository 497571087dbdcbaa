#include "tests/agent/shell/vault_proxy.h"

#include <array>
#include <cerrno>
#include <filesystem>
#include <iterator>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "agent/packet_socket.h"
#include "agent/vault_order.h"

namespace wslb::agent {

void VaultProxy::send(const std::string& bytes, const std::vector<int>& descriptors) {
  while (!send_packet(stream_.get(), bytes, descriptors)) {
    pollfd wait{.fd = stream_.get(), .events = POLLOUT, .revents = 0};
    ASSERT_EQ(errno, EAGAIN);
    ASSERT_EQ(::poll(&wait, 1, 5000), 1);
  }
}

void VaultProxy::send(const proto::ToVault& message, const std::vector<int>& descriptors) {
  send(message.SerializeAsString(), descriptors);
}

void VaultProxy::send_arena(int memfd) {
  proto::ToVault message;
  message.mutable_arena();
  send(message, {memfd});
}

void VaultProxy::send_listeners(const std::vector<std::string>& names,
                                const std::vector<int>& sockets, bool more) {
  proto::ToVault message;
  message.mutable_listeners()->set_more(more);
  for (const std::string& name : names) message.mutable_listeners()->add_names(name);
  send(message, sockets);
}

void VaultProxy::send_keep(const std::vector<std::uint32_t>& slots,
                           const std::vector<int>& sockets) {
  proto::ToVault message;
  message.mutable_keep()->set_sockets(static_cast<std::uint32_t>(sockets.size() / slots.size()));
  for (const std::uint32_t slot : slots) message.mutable_keep()->add_slots(slot);
  send(message, sockets);
}

void VaultProxy::send_drop(const std::vector<std::uint32_t>& slots) {
  proto::ToVault message;
  for (const std::uint32_t slot : slots) message.mutable_drop()->add_slots(slot);
  send(message, {});
}

std::optional<proto::FromVault> VaultProxy::receive(std::vector<FileDescriptor>& descriptors) {
  pollfd wait{.fd = stream_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&wait, 1, 5000) != 1) return std::nullopt;
  std::array<std::uint8_t, kVaultPacketBytesMax> buffer;
  ReceivedPacket packet = receive_packet(stream_.get(), buffer);
  proto::FromVault message;
  if (packet.bytes <= 0 || packet.cut) return std::nullopt;
  if (!message.ParseFromArray(buffer.data(), static_cast<int>(packet.bytes))) return std::nullopt;
  descriptors = std::move(packet.descriptors);
  return message;
}

bool VaultProxy::receive_all() {
  for (;;) {
    std::vector<FileDescriptor> descriptors;
    const auto message = receive(descriptors);
    if (!message) return false;
    ++packets;
    if (message->has_complete()) return descriptors.empty();
    if (message->has_arena()) {
      if (descriptors.size() != 1) return false;
      arena = std::move(descriptors[0]);
    } else if (message->has_listeners()) {
      const auto& names = message->listeners().names();
      if (static_cast<std::size_t>(names.size()) != descriptors.size()) return false;
      for (int i = 0; i < names.size(); ++i) {
        listeners[names.Get(i)] = std::move(descriptors[static_cast<std::size_t>(i)]);
      }
    } else {
      const auto& these = message->kept();
      if (these.slots_size() * static_cast<int>(these.sockets()) != std::ssize(descriptors)) {
        return false;
      }
      auto next = descriptors.begin();
      for (const std::uint32_t slot : these.slots()) {
        for (std::uint32_t i = 0; i < these.sockets(); ++i) {
          kept[slot].push_back(std::move(*next++));
        }
      }
    }
  }
}

bool VaultProxy::is_ended() {
  pollfd wait{.fd = stream_.get(), .events = 0, .revents = 0};
  return ::poll(&wait, 1, 1000) == 1 && (wait.revents & POLLHUP) != 0;
}

FileDescriptor listen_tcp() {
  FileDescriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::listen(fd.get(), 1024), 0);
  return fd;
}

TcpPair connect_tcp(const FileDescriptor& listener) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &length);
  TcpPair pair{FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), {}};
  EXPECT_EQ(::connect(pair.client.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
  pair.server = FileDescriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  EXPECT_TRUE(pair.server);
  return pair;
}

std::uint64_t cookie_of(const FileDescriptor& socket) {
  std::uint64_t cookie = 0;
  socklen_t length = sizeof cookie;
  EXPECT_EQ(::getsockopt(socket.get(), SOL_SOCKET, SO_COOKIE, &cookie, &length), 0);
  return cookie;
}

bool sees_end(const FileDescriptor& socket, std::chrono::milliseconds limit) {
  pollfd wait{.fd = socket.get(), .events = POLLIN | POLLRDHUP, .revents = 0};
  return ::poll(&wait, 1, static_cast<int>(limit.count())) == 1 &&
         (wait.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

std::size_t count_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace wslb::agent
