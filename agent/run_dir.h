// The run directory: made if it is not there, and locked against a second agent as long as the
// object lives.
#pragma once

#include <string>

#include "agent/file_descriptor.h"
#include "base/result.h"

namespace wslb::agent {

class RunDir {
 public:
  static base::Result<RunDir> open(const std::string& path);

  // Of a file in it.
  [[nodiscard]] std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  RunDir(std::string path, FileDescriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  FileDescriptor lock_;
};

}  // namespace wslb::agent
