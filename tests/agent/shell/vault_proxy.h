// A proxy's end of a stream to the vault, for tests.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/file_descriptor.h"
#include "proto/vault.pb.h"

namespace wslb::agent {

class VaultProxy {
 public:
  explicit VaultProxy(FileDescriptor stream) : stream_(std::move(stream)) {}

  void send_arena(int memfd);
  void send_listeners(const std::vector<std::string>& names, const std::vector<int>& sockets,
                      bool more = false);
  // `sockets`: of all slots, one or two of each.
  void send_keep(const std::vector<std::uint32_t>& slots, const std::vector<int>& sockets);
  void send_drop(const std::vector<std::uint32_t>& slots);
  void send(const proto::ToVault& message, const std::vector<int>& descriptors);
  void send(const std::string& bytes, const std::vector<int>& descriptors);

  // All that the vault tells at first. False: that was not all within five seconds.
  [[nodiscard]] bool receive_all();
  // The vault hung up, within a second.
  [[nodiscard]] bool is_ended();

  FileDescriptor arena;
  std::map<std::string, FileDescriptor> listeners;
  std::map<std::uint32_t, std::vector<FileDescriptor>> kept;
  int packets = 0;

 private:
  [[nodiscard]] std::optional<proto::FromVault> receive(std::vector<FileDescriptor>& descriptors);

  FileDescriptor stream_;
};

// Of loopback: a listener at a port that was free, and connections.
[[nodiscard]] FileDescriptor listen_tcp();
struct TcpPair {
  FileDescriptor client;
  FileDescriptor server;
};
[[nodiscard]] TcpPair connect_tcp(const FileDescriptor& listener);
[[nodiscard]] std::uint64_t cookie_of(const FileDescriptor& socket);

// What a peer sees: the connection has ended, within that time.
[[nodiscard]] bool sees_end(const FileDescriptor& socket, std::chrono::milliseconds limit);
[[nodiscard]] std::size_t count_descriptors();

}  // namespace wslb::agent
