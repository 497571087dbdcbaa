#include "agent/sequence_file.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include <fcntl.h>
#include <spdlog/spdlog.h>

#include "agent/file_descriptor.h"
#include "base/file.h"

namespace wslb::agent {
namespace {

constexpr std::uint32_t kMargin = 11;  // what the interval may have left out, and more than it
constexpr mode_t kMode = 0600;

std::uint32_t read_last(const std::string& path) {
  const auto text = base::read_file(path);
  std::uint32_t last = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), last);
  return last;
}

// By another file, so that a crash leaves the old one or the new one.
base::Result<void> replace(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  const FileDescriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode));
  const auto size = static_cast<ssize_t>(text.size());
  if (!file || ::write(file.get(), text.data(), text.size()) != size ||
      ::rename(fresh.c_str(), path.c_str()) != 0) {
    return system_error("cannot write " + path);
  }
  return {};
}

}  // namespace

SequenceFile::SequenceFile(boost::asio::io_context& io, std::string path,
                           std::uint32_t wall_seconds)
    : path_(std::move(path)),
      first_(std::max(wall_seconds, read_last(path_) + kMargin)),
      timer_(io) {}

void SequenceFile::start(std::function<std::uint32_t()> newest) {
  newest_ = std::move(newest);
  write();
  wait();
}

void SequenceFile::stop() {
  timer_.cancel();
  write();
}

void SequenceFile::wait() {
  timer_.expires_after(kInterval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    write();
    wait();
  });
}

void SequenceFile::write() {
  const auto passed =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin_);
  const auto seconds = std::max(first_ + static_cast<std::uint32_t>(passed.count()), newest_());
  const auto written = replace(path_, std::to_string(seconds) + "\n");
  const bool failing = !written;
  if (failing && !failing_) {
    spdlog::error("{}; after a restart with the clock set back, peers may refuse our adverts",
                  written.error().message);
  }
  failing_ = failing;
}

}  // namespace wslb::agent
