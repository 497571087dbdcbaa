#include "agent/tracked_file.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include <sys/stat.h>

#include "agent/small_file.h"

namespace wslb::agent {
namespace {

constexpr std::size_t kReasonCharactersMax = 120;

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
  auto watch = FileWatch::open(io, path, [file = file.get()] { file->look(); });
  if (!watch) return watch.error();
  file->watch_ = std::move(*watch);
  return file;
}

void TrackedFile::look() {
  FileVerdict now = judge_file(path_);
  if (std::exchange(told_, true) && now == last_) return;
  last_ = std::move(now);
  tell_(last_);
}

}  // namespace wslb::agent
