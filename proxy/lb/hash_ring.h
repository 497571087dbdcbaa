// Consistent hashing: each server owns as many points of a 32-bit ring as it has sixteenths of
// weight, at places that only its id decides, and a hash goes to the nearest point. When a server
// comes or goes, only its own share of the keys moves. `balance random` uses the ring too: it asks
// with numbers drawn at random. Points and choice are HAProxy 2.6's.
// Backend owns it and says which servers take part; no clock, no randomness of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace wslb::proxy::lb {

class HashRing {
 public:
  using Takes = std::function<bool(std::size_t)>;

  // Ids and weights (in sixteenths; 0: takes no part) in the order of the configuration.
  HashRing(std::vector<std::uint32_t> ids, std::vector<std::uint32_t> weights);

  void set_weight(std::size_t server, std::uint32_t weight);

  // The server nearest to the hash, or the next one that `takes` accepts if there is one.
  [[nodiscard]] std::optional<std::size_t> at(std::uint32_t hash, const Takes& takes) const;
  // One point after the other.
  std::optional<std::size_t> next(const Takes& takes);

 private:
  struct Point {
    std::uint32_t key = 0;
    std::uint32_t server = 0;
  };

  void build();

  std::vector<std::uint32_t> ids_;
  std::vector<std::uint32_t> weights_;
  std::vector<Point> points_;  // ordered by key
  std::optional<std::size_t> last_;
};

}  // namespace wslb::proxy::lb
