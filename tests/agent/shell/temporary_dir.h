// A directory of its own for one test, removed with what is in it.
#pragma once

#include <string>

namespace wslb::agent {

class TemporaryDir {
 public:
  TemporaryDir();
  ~TemporaryDir();
  TemporaryDir(const TemporaryDir&) = delete;
  TemporaryDir& operator=(const TemporaryDir&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_ = "/tmp/wslb-test-XXXXXX";
};

}  // namespace wslb::agent
