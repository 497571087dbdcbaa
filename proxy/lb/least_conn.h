// HAProxy's `balance leastconn`: the server with the fewest requests in flight for its weight;
// servers that are even take turns. A WebSocket counts until it closes.
// Backend owns it, says which servers take part and reports each change of their load.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace wslb::proxy::lb {

class LeastConn {
 public:
  // Weights in sixteenths, in the order of the configuration; 0: takes no part.
  explicit LeastConn(const std::vector<std::uint32_t>& weights);

  void set_weight(std::size_t server, std::uint32_t weight);
  void set_in_flight(std::size_t server, std::uint32_t in_flight);  // served and queued for it

  // The least loaded of those enabled that `takes` accepts; nullopt: none does.
  [[nodiscard]] std::optional<std::size_t> next(
      const std::function<bool(std::size_t)>& takes) const;

 private:
  struct Member {
    std::uint32_t weight = 0;  // 0: takes no part
    std::uint32_t in_flight = 0;
    std::uint64_t load = 0;   // for its weight; 0 when idle
    std::uint64_t since = 0;  // order in which loads changed; the longest unchanged goes first
  };

  // `enters`: behind those with the same load, though its own may be as before.
  void update(Member& member, bool enters);

  std::vector<Member> members_;
  std::uint64_t changes_ = 0;
};

}  // namespace wslb::proxy::lb
