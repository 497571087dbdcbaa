// The bytes that open tunnels have moved so far. Each worker knows its own tunnels; who wants the
// sum asks every worker in turn, so that counting costs the tunnels themselves nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "proxy/tunnel.h"

namespace wslb::proxy {

struct Frontend;
class ServerPool;

// A tunnel as its worker lists it.
struct OpenTunnel {
  Tunnel* tunnel = nullptr;
  const Frontend* frontend = nullptr;
  const ServerPool* pool = nullptr;
  std::size_t server = 0;

  // Ends it, as if both sides had closed at once. On its worker's thread.
  void cut() const;
};

using OpenTunnels = std::list<OpenTunnel>;

struct LiveTraffic {
  struct Bytes {
    std::uint64_t in = 0;   // from clients
    std::uint64_t out = 0;  // to clients
    std::uint64_t tunnels = 0;
  };

  std::map<const Frontend*, Bytes> frontends;
  std::map<std::pair<const ServerPool*, std::size_t>, Bytes> servers;

  void add(const OpenTunnel& open);
  [[nodiscard]] Bytes of(const Frontend& frontend) const;
  [[nodiscard]] Bytes of(const ServerPool& pool, std::size_t server) const;
};

struct Worker;

// Each worker adds its own tunnels on its own thread, one after the other.
boost::asio::awaitable<LiveTraffic> gather_traffic(
    const std::vector<std::unique_ptr<Worker>>& workers);

}  // namespace wslb::proxy
