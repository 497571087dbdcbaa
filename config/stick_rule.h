// `stick on`, `stick match`, `stick store-request` and `stick store-response`: a key of the request
// leads to the server that its entry names, and the server that was used is noted under a key.
// `stick on engineio-sid`, which is ours: the key is the session of Engine.IO that the request
// names, and it is noted when a server opens one.
#pragma once

#include <string>

#include "config/acl.h"
#include "config/diagnostic.h"
#include "config/sample.h"

namespace wslb::config {

struct StickRule {
  bool matches = false;
  bool stores = false;    // at once when a server has answered
  bool engineio = false;  // no sample
  Sample sample;
  std::string table;  // empty: its own section's, until the configuration is complete
  Condition condition;
  Location where;
};

}  // namespace wslb::config
