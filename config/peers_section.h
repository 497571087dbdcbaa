// `peers NAME`: the proxies that are to know the same sticky entries, and stick tables of no proxy.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "config/diagnostic.h"
#include "config/stick_table.h"

namespace wslb::config {

// `peer NAME ADDRESS:PORT`, or `server`, which means the same.
struct Peer {
  std::string name;
  std::optional<base::Endpoint> address;  // nothing: this one, which `bind` says
  Location where;
};

struct PeersSection {
  std::string name;
  std::vector<Peer> peers;
  std::optional<base::Endpoint> bind;  // of this one
  std::vector<StickTable> tables{};    // "NAME/TABLE", of all members
  bool disabled = false;
  Location where;
};

}  // namespace wslb::config
