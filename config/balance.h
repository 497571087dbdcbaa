// How a backend chooses a server: `balance`, `hash-type` and `hash-balance-factor`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wslb::config {

struct Balance {
  enum class Algorithm : std::uint8_t {
    RoundRobin,
    StaticRoundRobin,
    LeastConn,
    First,
    Random,
    Source,
    Uri,
    UrlParam,
    Header,
    RdpCookie,
  };

  Algorithm algorithm = Algorithm::RoundRobin;
  std::string name;          // of the parameter, header or cookie
  bool domain_only = false;  // Header: of "www.example.com" only "example"
  std::size_t length = 0;    // Uri: of so many characters at most; 0: all
  std::size_t depth = 0;     // Uri: of so many directories at most; 0: all
  bool check_post = false;   // UrlParam: in the body of a POST, too
  bool whole = false;        // Uri: the query too
  int draws = 2;             // Random: the least loaded of so many

  // Whether the same key leads to the same server.
  [[nodiscard]] bool hashes() const { return algorithm >= Algorithm::Source; }
  // HAProxy's family of algorithms for which one server is as good as another, so that a failed
  // connect may go elsewhere at once.
  [[nodiscard]] bool takes_turns() const {
    return algorithm == Algorithm::RoundRobin || algorithm == Algorithm::StaticRoundRobin ||
           algorithm == Algorithm::Random;
  }
};

[[nodiscard]] constexpr std::string_view name_of(Balance::Algorithm algorithm) {
  constexpr std::array<std::string_view, 10> kNames{
      "roundrobin", "static-rr", "leastconn", "first", "random",
      "source",     "uri",       "url_param", "hdr",   "rdp-cookie"};
  return kNames.at(static_cast<std::size_t>(algorithm));
}

// `hash-type map-based|consistent [sdbm|djb2|wt6|crc32 [avalanche]]`.
struct HashType {
  enum class Function : std::uint8_t { Sdbm, Djb2, Wt6, Crc32 };

  bool consistent = false;
  Function function = Function::Sdbm;
  bool avalanche = false;
  // `hash-balance-factor`: a server takes at most this percentage of the average load; 0: off.
  std::uint32_t balance_factor = 0;
};

}  // namespace wslb::config
