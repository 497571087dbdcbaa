// What keepalived.conf(5) says of one host's virtual routers, typed, as far as wslb knows it. The
// rest is told in remarks while it is read.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "base/time.h"
#include "config/diagnostic.h"
#include "ctl/migration/keepalived_block.h"

namespace wslb::ctl::migration {

struct KeepalivedAddress {
  base::IpAddress address;
  int prefix = 32;
  std::string interface;  // of `dev`; empty: the instance's
  bool excluded = false;  // from the adverts
  config::Location where;
};

// What a `vrrp_script`, a track file or a tracked process asks.
struct KeepalivedTrack {
  enum class Kind : std::uint8_t { Script, File, Process };

  Kind kind = Kind::Script;
  std::string subject;  // command, path, program
  base::Duration interval = std::chrono::seconds(1);
  int fall = 1;
  int rise = 1;
  int weight = 0;
  config::Location where;
};

struct KeepalivedUse {  // of a track by an instance or a group
  std::string name;
  std::optional<int> weight;
  config::Location where;
};

struct KeepalivedInstance {
  std::string name;
  config::Location where;
  std::string interface;
  int vrid = 0;  // 0: none was given
  int priority = 100;
  base::Duration advert = std::chrono::seconds(1);
  std::optional<int> version;
  std::vector<KeepalivedAddress> addresses;
  bool begins_as_master = false;
  bool nopreempt = false;
  config::Location preempt_where;
  base::Duration preempt_delay{0};
  std::vector<base::IpAddress> own_addresses;  // unicast_src_ip, mcast_src_ip
  bool unicast = false;
  std::vector<base::IpAddress> unicast_peers;
  std::vector<KeepalivedUse> interfaces;
  std::vector<KeepalivedUse> tracks;  // scripts, files and processes
  bool use_vmac = false;
};

struct KeepalivedGroup {
  std::string name;
  config::Location where;
  std::vector<std::string> members;
  std::vector<KeepalivedUse> interfaces;
  std::vector<KeepalivedUse> tracks;
};

struct KeepalivedHost {
  std::string file;
  std::string router_id;
  config::Location router_id_where;
  std::string default_interface;
  int version = 2;
  base::Duration startup_delay{0};
  std::map<std::string, KeepalivedTrack> tracks;
  std::vector<KeepalivedInstance> instances;
  std::vector<KeepalivedGroup> groups;
};

[[nodiscard]] KeepalivedHost read_host(const Block& file, Remarks& remarks);

// Seconds such as "0.3" or "5"; nothing where it is none, or more than a day.
[[nodiscard]] std::optional<base::Duration> parse_seconds(const std::string& text);
[[nodiscard]] std::optional<int> parse_number(const std::string& text, int min, int max);

// `{ NAME [weight N] ... }` of a track_... block.
[[nodiscard]] std::vector<KeepalivedUse> read_uses(const Block& block, Remarks& remarks);

[[nodiscard]] KeepalivedInstance read_instance(const Block& block, Remarks& remarks);

}  // namespace wslb::ctl::migration
