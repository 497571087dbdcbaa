#include "base/file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace wslb::base {

Result<std::string> read_file(const std::string& path) {
  const auto failure = [&path] {
    return Error{"cannot read " + path + ": " + std::strerror(errno)};
  };
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
  if (!file) return failure();
  std::string text;
  std::array<char, 65536> chunk;
  while (const std::size_t count = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
    text.append(chunk.data(), count);
  }
  if (std::ferror(file.get()) != 0) return failure();
  return text;
}

}  // namespace wslb::base
