#include "daemon/start_attempt.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

namespace wslb::daemon {
namespace {

using std::chrono::milliseconds;

// What passes by itself, such as a predecessor that is still closing its sockets, has passed by
// then.
constexpr int kQuickFailures = 5;
constexpr milliseconds kPauseMin{100};
constexpr milliseconds kPauseMax{30000};  // below systemd's own patience with a start

constexpr std::uint32_t kChanges =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_ONLYDIR;

std::string directory_of(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) return path;
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Not by another program, such as the agent (`proxy-command`), which hands its environment on.
bool started_by_systemd() {
  const char* const pid = std::getenv("SYSTEMD_EXEC_PID");
  return pid != nullptr && pid == std::to_string(::getpid());
}

// A socket that is open looks as if somebody served it.
void close_all_but(int kept) {
  const auto rest = static_cast<unsigned>(std::max(kept, STDERR_FILENO) + 1);
  if (kept > STDERR_FILENO + 1) {
    ::close_range(STDERR_FILENO + 1, static_cast<unsigned>(kept) - 1, 0);
  }
  ::close_range(rest, ~0U, 0);
}

}  // namespace

void complain(std::string_view line, Priority priority) {
  const std::string prefix =
      journal_reads_stderr() ? std::string("<") + static_cast<char>(priority) + ">" : "";
  std::fprintf(stderr, "%s%.*s\n", prefix.c_str(), static_cast<int>(line.size()), line.data());
  static bool told = false;
  if (told || priority > Priority::Error || !started_by_systemd()) return;
  told = true;
  sd_notify(0, ("STATUS=does not start: " + std::string(line)).c_str());
}

milliseconds pause_after(int failures) {
  if (failures < kQuickFailures) return milliseconds(0);
  const int doublings = std::min(failures - kQuickFailures, 20);
  return std::min(kPauseMin * (1 << doublings), kPauseMax);
}

StartAttempt::StartAttempt(const std::vector<std::string>& files) {
  const char* const directory = std::getenv("RUNTIME_DIRECTORY");
  if (directory == nullptr || !started_by_systemd()) return;
  const std::string first(directory);
  note_ = first.substr(0, first.find(':')) + "/failed-starts";
  changes_ = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  for (const std::string& file : files) {
    ::inotify_add_watch(changes_, directory_of(file).c_str(), kChanges);
  }
}

StartAttempt::~StartAttempt() {
  if (changes_ >= 0) ::close(changes_);
}

void StartAttempt::succeed() {
  if (note_.empty()) return;
  ::unlink(note_.c_str());
  note_.clear();
  ::close(changes_);
  changes_ = -1;
}

void StartAttempt::fail() {
  if (note_.empty()) return;
  int failures = 0;
  std::ifstream(note_) >> failures;
  // An operator's restart or stop ends the wait by a signal, and what follows counts from zero.
  ::unlink(note_.c_str());
  close_all_but(changes_);
  pollfd changes{.fd = changes_, .events = POLLIN, .revents = 0};
  const bool changed = ::poll(&changes, 1, static_cast<int>(pause_after(failures).count())) > 0;
  std::ofstream(note_) << (changed ? kQuickFailures : failures + 1) << '\n';
}

}  // namespace wslb::daemon
