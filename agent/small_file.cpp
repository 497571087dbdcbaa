#include "agent/small_file.h"

#include <array>

#include <fcntl.h>
#include <sys/stat.h>

#include "agent/file_descriptor.h"

namespace wslb::agent {

base::Result<std::string> read_small_file(const std::string& path) {
  // Asked before it is opened, since opening a device may do something already; and opened without
  // waiting, since by then it may have become a pipe.
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return system_error("cannot read " + path);
  const base::Error irregular{"cannot read " + path + ": it is no regular file"};
  if (!S_ISREG(found.st_mode)) return irregular;
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file || ::fstat(file.get(), &found) != 0) return system_error("cannot read " + path);
  if (!S_ISREG(found.st_mode)) return irregular;
  std::array<char, 4096> chunk;
  const ssize_t count = ::read(file.get(), chunk.data(), chunk.size());
  if (count < 0) return system_error("cannot read " + path);
  return std::string(chunk.data(), static_cast<std::size_t>(count));
}

}  // namespace wslb::agent
