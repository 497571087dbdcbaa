#include "agent/file_watch.h"

#include <array>
#include <cstddef>
#include <utility>

#include <spdlog/spdlog.h>
#include <sys/inotify.h>
#include <sys/stat.h>

namespace wslb::agent {
namespace {

constexpr std::uint32_t kInDirectory =
    IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY | IN_CLOSE_WRITE;
constexpr std::uint32_t kDirectoryGone = IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT;
constexpr int kReadsPerWakeUp = 16;
constexpr int kPlacingsMax = 8;
constexpr std::chrono::seconds kRetry{1};
constexpr std::chrono::milliseconds kSettling{100};

// A shell's `>` leaves a file empty before it writes, and closes it in any case. Another link to an
// empty file is not one that is being written.
bool is_about_to_be_written(const inotify_event& event, const std::string& path) {
  if ((event.mask & (IN_CREATE | IN_MODIFY)) == 0) return false;
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) && found.st_size == 0 &&
         found.st_nlink == 1;
}


}  // namespace

base::Result<std::unique_ptr<FileWatch>> FileWatch::open(boost::asio::io_context& io,
                                                         std::string path, Look look) {
  const std::string what = "cannot watch " + path;
  if (!path.starts_with('/')) return base::Error{what + ": it is no absolute path"};
  FileDescriptor fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!fd) return system_error(what);
  Descriptor inotify(io);
  if (const auto watched = watch(inotify, std::move(fd), what); !watched) return watched.error();
  return std::make_unique<FileWatch>(std::move(inotify), std::move(path), std::move(look));
}

FileWatch::FileWatch(Descriptor inotify, std::string path, Look look)
    : inotify_(std::move(inotify)),
      path_(std::move(path)),
      look_(std::move(look)),
      retry_(inotify_.get_executor()) {
  watch_nearest();
  wait();
}

void FileWatch::wait() {
  inotify_.async_wait(Descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    read();
    wait();
  });
}

void FileWatch::read() {
  bool changed = false;
  bool lost = false;
  alignas(inotify_event) std::array<char, 4096> chunk;
  for (int i = 0; i < kReadsPerWakeUp; ++i) {
    const ssize_t count = ::read(inotify_.native_handle(), chunk.data(), chunk.size());
    if (count <= 0) break;
    for (std::size_t at = 0; at < static_cast<std::size_t>(count);) {
      const auto* event = reinterpret_cast<const inotify_event*>(chunk.data() + at);
      at += sizeof *event + event->len;
      if ((event->mask & IN_Q_OVERFLOW) != 0) changed = true;
      if (event->wd != watch_) continue;  // of a watch that was given up
      lost = lost || (event->mask & kDirectoryGone) != 0;
      changed = changed ||
                (event->len > 0 && awaited_.ends_with("/" + std::string(event->name)) &&
                 !is_about_to_be_written(*event, awaited_));
    }
  }
  if (lost || (changed && awaited_ != path_)) watch_nearest();
  if (lost || changed) look();
}

void FileWatch::look() {
  if (!look_()) look_again(kSettling);
}

// A directory that appears while its parent's watch is placed would be missed: so placing goes on
// until it finds things as it left them.
void FileWatch::watch_nearest() {
  for (int i = 0; i < kPlacingsMax; ++i) {
    struct stat found {};
    if (!place_watch()) return look_again(kRetry);
    told_ = false;
    if (awaited_ == path_ || ::stat(awaited_.c_str(), &found) != 0) return;
  }
}

void FileWatch::look_again(base::Duration after) {
  retry_.expires_after(after);
  retry_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    watch_nearest();
    look();
  });
}

bool FileWatch::place_watch() {
  if (watch_ >= 0) ::inotify_rm_watch(inotify_.native_handle(), watch_);
  awaited_ = path_;
  for (;;) {
    const std::size_t slash = awaited_.rfind('/');
    const std::string directory = slash == 0 ? "/" : awaited_.substr(0, slash);
    watch_ = ::inotify_add_watch(inotify_.native_handle(), directory.c_str(),
                                 kInDirectory | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
    if (watch_ >= 0) return true;
    if (slash == 0 || (errno != ENOENT && errno != ENOTDIR)) break;
    awaited_ = directory;
  }
  const base::Error error = system_error("cannot watch " + path_);
  if (!std::exchange(told_, true)) spdlog::error("{}: looking each second", error.message);
  return false;
}

}  // namespace wslb::agent
