// `userlist NAME`: who may pass `http_auth()`, and which groups they belong to.
#pragma once

#include <string>
#include <vector>

#include "config/diagnostic.h"

namespace wslb::config {

struct User {
  std::string name;
  std::string password;  // of crypt(3) where `hashed`; empty: this user never passes
  bool hashed = false;
  std::vector<std::string> groups;
  Location where;
};

struct Userlist {
  std::string name;
  std::vector<User> users;
  std::vector<std::string> groups;
  Location where;
};

}  // namespace wslb::config
