#include "agent/continuity.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <span>

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

constexpr std::uint32_t kLayout = 2;

// FNV-1a: tells sections apart, nothing more. Never 0.
std::uint64_t hash(const std::string& section) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const char letter : section) {
    value = (value ^ static_cast<unsigned char>(letter)) * 0x100000001b3;
  }
  return value == 0 ? 1 : value;
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
struct Continuity::Slot {
  std::atomic<std::uint64_t> section;     // its hash; 0: nobody's
  std::atomic<std::int64_t> last_advert;  // nanoseconds; 0: not active
};

struct Continuity::Page {
  std::uint32_t layout;
  std::atomic<std::int32_t> proxy;

  // Behind it.
  std::span<Slot> slots(std::size_t count) { return {reinterpret_cast<Slot*>(this + 1), count}; }
  static std::size_t bytes(std::size_t slots) { return sizeof(Page) + slots * sizeof(Slot); }
};

base::Result<std::unique_ptr<Continuity>> Continuity::open(
    const std::string& path, const std::vector<std::string>& sections) {
  static_assert(std::atomic<std::int64_t>::is_always_lock_free);
  std::size_t bytes = Page::bytes(sections.size());
  const int protection = PROT_READ | PROT_WRITE;
  void* memory = MAP_FAILED;
  const auto file = allocate(path, bytes);
  if (file) {
    struct stat found {};
    // More where there were more sections once.
    if (::fstat(file->get(), &found) == 0) bytes = static_cast<std::size_t>(found.st_size);
    memory = ::mmap(nullptr, bytes, protection, MAP_SHARED, file->get(), 0);
  }
  if (memory == MAP_FAILED) {
    spdlog::warn("{}: a restart of a killed agent may move the VIPs",
                 file ? system_error("cannot map " + path).message : file.error().message);
    memory = ::mmap(nullptr, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }
  if (memory == MAP_FAILED) return system_error("cannot keep notes");

  auto* page = static_cast<Page*>(memory);
  if (page->layout != kLayout) {
    std::memset(memory, 0, bytes);
    page->layout = kLayout;
  }
  const std::size_t slots = (bytes - sizeof(Page)) / sizeof(Slot);
  return std::unique_ptr<Continuity>(new Continuity(page, slots, sections));
}

Continuity::Continuity(Page* page, std::size_t slots, const std::vector<std::string>& sections)
    : page_(page), mapped_(slots), slots_(sections.size()) {
  const std::span<Slot> all = page_->slots(slots);
  std::vector<std::uint64_t> hashes;
  for (const std::string& section : sections) hashes.push_back(hash(section));
  const auto is_ours = [&](const Slot& slot) {
    return std::ranges::count(hashes, slot.section.load()) > 0;
  };
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    auto slot =
        std::ranges::find_if(all, [&](const Slot& one) { return one.section == hashes[i]; });
    if (slot == all.end()) {
      slot = std::ranges::find_if_not(all, is_ours);
      slot->last_advert.store(0);
      slot->section.store(hashes[i]);
    }
    slots_[i] = &*slot;
  }
}

Continuity::~Continuity() {
  ::munmap(page_, Page::bytes(mapped_));
}

std::optional<base::TimePoint> Continuity::last_advert(std::size_t section) const {
  const std::int64_t at = slots_[section]->last_advert.load();
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
  slots_[section]->last_advert.store(at.time_since_epoch().count());
}

void Continuity::note_resignation(std::size_t section) {
  slots_[section]->last_advert.store(0);
}

void Continuity::note_proxy(std::int32_t pid) {
  page_->proxy.store(pid);
}

}  // namespace wslb::agent
