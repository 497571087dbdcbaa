// `stick on`, `stick match`, `stick store-request` and `stick store-response`: a key of the request
// leads to the server that its entry names, and the server that was used is noted under a key.
#pragma once

#include <string>

#include "config/acl.h"
#include "config/diagnostic.h"
#include "config/sample.h"

namespace wslb::config {

struct StickRule {
  bool matches = false;
  bool stores = false;
  Sample sample;
  std::string table;  // empty: its own section's, until the configuration is complete
  Condition condition;
  Location where;
};

}  // namespace wslb::config
