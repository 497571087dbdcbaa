#include "agent/drain_note.h"

#include <array>
#include <cerrno>
#include <ctime>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "agent/file_descriptor.h"
#include "agent/small_file.h"

namespace wslb::agent {
namespace {

constexpr mode_t kMode = 0640;

std::string utc(std::chrono::system_clock::time_point at) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

}  // namespace

// That the file is there is what counts.
DrainNote::DrainNote(std::string path) : path_(std::move(path)) {
  if (::access(path_.c_str(), F_OK) != 0) return;
  const auto read = read_small_file(path_);
  if (read) text_ = read->substr(0, read->find_first_of("\r\n"));
  if (text_.empty()) text_ = "since it is not known when, by the file " + path_;
}

base::Result<void> DrainNote::set(uid_t by, std::chrono::system_clock::time_point now) {
  const std::string text = "since " + utc(now) + " by uid " + std::to_string(by);
  const std::string line = text + "\n";
  const std::string fresh = path_ + ".new";
  const FileDescriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode));
  if (!file || ::write(file.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
      ::fdatasync(file.get()) != 0 || ::rename(fresh.c_str(), path_.c_str()) != 0) {
    return system_error("cannot note it down in " + path_);
  }
  text_ = text;
  return {};
}

base::Result<void> DrainNote::clear() {
  if (::unlink(path_.c_str()) != 0 && errno != ENOENT) {
    return system_error("cannot remove " + path_);
  }
  text_.clear();
  return {};
}

}  // namespace wslb::agent
