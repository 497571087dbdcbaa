// What the workers' sessions do right now: the bytes that open tunnels have moved so far, and on
// demand each session. Who wants it asks every worker in turn, so that counting costs the tunnels
// themselves nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "proxy/session_list.h"

namespace wslb::proxy {

struct Frontend;
class ServerPool;
struct Statistics;
struct Worker;

// A session as `show sess` tells of it.
struct SessionFacts {
  std::uint64_t id = 0;
  base::Endpoint client;
  std::string frontend;
  std::string backend;  // empty: none yet
  std::string server;   // empty: none yet
  base::Duration age{};
  base::Duration idle{};  // of a tunnel
  bool tunnel = false;
  std::uint64_t bytes_in = 0;  // of the tunnel
  std::uint64_t bytes_out = 0;
};

struct LiveTraffic {
  struct Bytes {
    std::uint64_t in = 0;   // from clients
    std::uint64_t out = 0;  // to clients
    std::uint64_t tunnels = 0;
  };

  // By what identifies a frontend or server across reloads.
  std::map<const Statistics*, Bytes> sums;
  std::vector<SessionFacts> sessions;  // where they were asked for

  [[nodiscard]] Bytes of(const Frontend& frontend) const;
  [[nodiscard]] Bytes of(const ServerPool& pool, std::size_t server) const;
};

enum class Detail : std::uint8_t { Sums, Sessions };

// Each worker adds its own on its own thread, one after the other.
boost::asio::awaitable<LiveTraffic> gather_traffic(
    const std::vector<std::unique_ptr<Worker>>& workers, Detail detail);

}  // namespace wslb::proxy
