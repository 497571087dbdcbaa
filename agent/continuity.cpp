#include "agent/continuity.h"

#include <atomic>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/file_descriptor.h"
#include "agent/pidfd.h"

namespace wslb::agent {
namespace {

constexpr std::uint32_t kLayout = 1;

// FNV-1a: tells configurations apart, nothing more.
std::uint64_t hash(const std::vector<std::string>& sections) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const std::string& name : sections) {
    for (const char letter : name + '\n') {
      value = (value ^ static_cast<unsigned char>(letter)) * 0x100000001b3;
    }
  }
  return value;
}

// A page of a sparse file would need its room when it is first written, and where there is none by
// then, the writer is killed.
base::Result<FileDescriptor> allocate(const std::string& path, std::size_t bytes) {
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return system_error("cannot write " + path);
  errno = ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes));
  if (errno != 0) return system_error("cannot write " + path);
  return file;
}

}  // namespace

// Each note is one word, written whole whenever the process is killed.
struct Continuity::Page {
  std::uint32_t layout;
  std::uint64_t sections;
  std::atomic<std::int32_t> proxy;

  // Behind it, one for each section: nanoseconds; 0: not active.
  std::atomic<std::int64_t>& last_advert(std::size_t section) {
    return reinterpret_cast<std::atomic<std::int64_t>*>(this + 1)[section];
  }
  static std::size_t bytes(std::size_t sections) {
    return sizeof(Page) + sections * sizeof(std::atomic<std::int64_t>);
  }
};

base::Result<std::unique_ptr<Continuity>> Continuity::open(
    const std::string& path, const std::vector<std::string>& sections) {
  static_assert(std::atomic<std::int64_t>::is_always_lock_free);
  const std::size_t bytes = Page::bytes(sections.size());
  const int protection = PROT_READ | PROT_WRITE;
  void* memory = MAP_FAILED;
  const auto file = allocate(path, bytes);
  if (file) memory = ::mmap(nullptr, bytes, protection, MAP_SHARED, file->get(), 0);
  if (memory == MAP_FAILED) {
    spdlog::warn("{}: a restart of a killed agent may move the VIPs",
                 file ? system_error("cannot map " + path).message : file.error().message);
    memory = ::mmap(nullptr, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }
  if (memory == MAP_FAILED) return system_error("cannot keep notes");

  auto* page = static_cast<Page*>(memory);
  const bool ours = page->layout == kLayout && page->sections == hash(sections);
  if (!ours) {
    std::memset(memory, 0, bytes);
    page->layout = kLayout;
    page->sections = hash(sections);
  }
  return std::unique_ptr<Continuity>(new Continuity(page, sections.size()));
}

Continuity::~Continuity() {
  ::munmap(page_, Page::bytes(sections_));
}

std::optional<base::TimePoint> Continuity::last_advert(std::size_t section) const {
  const std::int64_t at = page_->last_advert(section).load();
  if (at == 0) return std::nullopt;
  return base::TimePoint(base::Duration(at));
}

std::int32_t Continuity::live_proxy() const {
  const std::int32_t pid = page_->proxy.load();
  if (pid <= 0) return 0;
  const FileDescriptor process(::pidfd_open(pid, 0));
  pollfd death{.fd = process.get(), .events = POLLIN, .revents = 0};
  return process && ::poll(&death, 1, 0) == 0 ? pid : 0;
}

void Continuity::note_advert(std::size_t section, base::TimePoint at) {
  page_->last_advert(section).store(at.time_since_epoch().count());
}

void Continuity::note_resignation(std::size_t section) {
  page_->last_advert(section).store(0);
}

void Continuity::note_proxy(std::int32_t pid) {
  page_->proxy.store(pid);
}

}  // namespace wslb::agent
