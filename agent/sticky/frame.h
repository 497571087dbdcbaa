// What two agents say to each other about sticky entries. The bytes in records are somebody else's:
// the replica's on the way out, the received message's on the way in.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "agent/sticky/record.h"
#include "agent/sticky/replica.h"

namespace wslb::agent::sticky {

// The first one, both ways.
struct Hello {
  static constexpr std::size_t kVersionBytesMax = 64;

  std::uint32_t protocol_min = 1;
  std::uint32_t protocol_max = 1;
  std::string cluster;
  std::string node;
  std::uint64_t incarnation = 0;        // of the sender's agent, by lot
  std::uint64_t known_incarnation = 0;  // of the receiver's agent that the sender knew last
  Sequence known_sequence = 0;          // as far as it had its changes
  std::uint64_t config_digest = 0;
  std::string version{};  // of the sender's wslb, for people
};

// How the sender numbers its tables; before the first entry of each.
struct Tables {
  std::vector<std::pair<TableId, Table>> tables;
};

struct Entries {
  std::vector<Record> records;
  Sequence upto = 0;       // with these the receiver has all of the sender's changes so far
  bool is_repair = false;  // of a bucket that differs
};

// These entries, unless they are newer, are over.
struct Ended {
  std::vector<Record> records;  // without values
};

struct Ack {
  Sequence upto = 0;
};

// All has been sent; this is what the receiver should have now.
struct Check {
  Sequence upto = 0;
  Replica::Digest digest{};
  std::uint64_t clock = 0;  // the sender's ClusterClock
};

// Please send all entries of these buckets.
struct Repair {
  std::vector<std::uint8_t> buckets;
};

struct ServerName {
  std::string backend;
  std::string server;

  friend auto operator<=>(const ServerName&, const ServerName&) = default;
};

struct ServerLoad {
  ServerName name;
  std::uint32_t connections = 0;
};

// What has changed of the numbers of connections; from a peer: its own host's.
struct Loads {
  std::vector<ServerLoad> loads;
};

using Frame = std::variant<Hello, Tables, Entries, Ended, Ack, Check, Repair, Loads>;

}  // namespace wslb::agent::sticky
