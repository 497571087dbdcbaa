// `wslbctl import`: keepalived.conf and haproxy.cfg of a pair become one wslb.cfg. Nothing is lost
// in silence: what cannot be carried over is a remark. Pure; the caller reads the files.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/ip_address.h"
#include "config/config.h"
#include "ctl/migration/keepalived_lines.h"
#include "ctl/migration/remark.h"

namespace wslb::ctl::migration {

struct ImportInput {
  struct NodeFile {
    std::string node;  // empty: not said
    config::Source source;
  };
  struct NodeAddress {
    std::string node;
    base::IpAddress address;
  };

  std::vector<NodeFile> keepalived;    // one of each node, or one that all of them share
  std::vector<NodeAddress> addresses;  // that the operator gave
  config::Source haproxy;
  ReadIncluded read_included;
  config::Environment environment;
  std::string output = "wslb.cfg";  // the result's name in remarks
};

struct Imported {
  std::string text;    // the wslb.cfg
  Remarks remarks;     // in the order of the files
  bool valid = false;  // as `wslbctl check` says
};

[[nodiscard]] Imported import_pair(const ImportInput& input);

}  // namespace wslb::ctl::migration
