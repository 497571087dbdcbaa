// What there is to judge about a host: gathered by the shell (host_facts.h), plain values here.
// What could not be read is nullopt, or empty, and is then not judged.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "base/time.h"
#include "config/config.h"
#include "ctl/doctor/heard_packet.h"
#include "ctl/doctor/packet_filter.h"

namespace wslb::ctl::doctor {

struct OwnAddress {
  base::IpAddress address;
  int prefix = 32;
};

struct LinkFacts {
  int index = 0;
  bool up = false;       // by the administrator
  bool carrier = false;  // the kernel's IFF_RUNNING
  bool multicast = false;
  bool arp = true;
  bool loopback = false;
  std::vector<OwnAddress> addresses;

  // systemd-networkd has configured it; whether it keeps what others added.
  bool networkd = false;
  bool networkd_keeps = false;
  bool network_manager = false;
};

// One of our two daemons as it runs.
struct ProcessFacts {
  int pid = 0;
  std::uint64_t files_max = 0;  // its limit of open files; 0: not known
  std::optional<int> scheduling_policy;
};

struct KeyFileFacts {
  bool exists = false;
  unsigned mode = 0;  // the permission bits
  std::string owner;
  std::string group;
};

struct AgentFacts {
  struct Section {
    std::string name;
    std::string state;
    std::string reason;
    std::vector<std::string> alarms;
  };
  struct Peer {
    std::string node;
    std::string state;
    std::string reason;
    std::string version;  // empty: it does not tell
    std::vector<std::string> alarms;
  };

  std::string node;
  std::string version;
  ProcessFacts process;
  std::vector<Section> sections;
  std::vector<Peer> peers;
  std::string proxy_state;
  std::string proxy_reason;
  ProcessFacts proxy;  // pid 0: none
};

struct Facts {
  std::string file;
  std::string file_error;  // why it cannot be read; empty: it can
  std::size_t config_errors = 0;
  config::Config config;  // judged where there are no errors

  std::string host_name;
  std::string own_version;
  std::optional<AgentFacts> agent;
  std::string agent_error;  // why there is no answer

  std::map<std::string, LinkFacts> links;      // by name
  std::vector<std::string> default_routes;     // the interfaces that they leave by
  std::map<std::string, std::string> sysctls;  // "net/ipv4/conf/all/rp_filter" -> "1"
  std::optional<Ruleset> nftables;
  std::optional<Ruleset> iptables;
  std::optional<KeyFileFacts> key;  // of `secret-file`
  std::optional<bool> clock_synchronised;
  bool cloud_init_networking = false;  // it may write the network's configuration anew

  // How long the sections' links were listened to; nullopt: not at all.
  std::optional<base::Duration> listened;
  std::vector<HeardPacket> heard;  // packets of the sections' VRIDs, in the order they came

  std::vector<std::string> unchecked;

  // The value as a number; nullopt: there is none.
  [[nodiscard]] std::optional<std::int64_t> sysctl(const std::string& name) const;
};

}  // namespace wslb::ctl::doctor
