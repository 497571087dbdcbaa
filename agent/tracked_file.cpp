#include "agent/tracked_file.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <string_view>

#include <sys/stat.h>

#include "agent/small_file.h"

namespace wslb::agent {
namespace {

constexpr std::size_t kReasonCharactersMax = 120;
constexpr std::chrono::milliseconds kFresh{100};

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// The file's first line that says something, fit for a log.
std::string first_line(std::string_view text) {
  std::string line;
  for (const char c : text.substr(0, text.find('\n'))) {
    if (line.size() == kReasonCharactersMax) break;
    if (std::isprint(static_cast<unsigned char>(c)) != 0) line += c;
  }
  return line;
}

// Empty, and so for a moment only: whoever made it may be about to write.
bool is_fresh(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return false;
  const auto changed = std::chrono::seconds(found.st_ctim.tv_sec) +
                       std::chrono::nanoseconds(found.st_ctim.tv_nsec);
  const auto age = std::chrono::system_clock::now().time_since_epoch() - changed;
  return found.st_size == 0 && found.st_nlink == 1 && age < kFresh && age > -kFresh;
}

}  // namespace

FileVerdict judge_file(const std::string& path) {
  const auto content = read_small_file(path);
  if (!content) {
    struct stat found {};
    if (::stat(path.c_str(), &found) == 0) return {false, "file " + path + " exists"};
    if (errno == ENOENT || errno == ENOTDIR) return {true, ""};
    return {false, system_error("file " + path).message};
  }
  const std::string_view text = trimmed(*content);
  if (text == "0") return {true, ""};
  const std::string line = first_line(text);
  return {false, "file " + path + (line.empty() ? " exists" : ": " + line)};
}

base::Result<std::unique_ptr<TrackedFile>> TrackedFile::open(boost::asio::io_context& io,
                                                             const std::string& path, Tell tell) {
  auto file = std::make_unique<TrackedFile>(path, std::move(tell));
  auto watch = FileWatch::open(io, path, [file = file.get()] { return file->look(); });
  if (!watch) return watch.error();
  file->watch_ = std::move(*watch);
  return file;
}

bool TrackedFile::look() {
  FileVerdict now = judge_file(path_);
  if (told_ && !now.up && (is_fresh(path_) || judge_file(path_) != now)) return false;
  if (std::exchange(told_, true) && now == last_) return true;
  last_ = std::move(now);
  tell_(last_);
  return true;
}

}  // namespace wslb::agent
