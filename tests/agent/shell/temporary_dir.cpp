#include "tests/agent/shell/temporary_dir.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace wslb::agent {

TemporaryDir::TemporaryDir() {
  if (::mkdtemp(path_.data()) == nullptr) std::perror("mkdtemp");
}

TemporaryDir::~TemporaryDir() {
  std::filesystem::remove_all(path_);
}

}  // namespace wslb::agent
