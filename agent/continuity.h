// What an agent leaves to its successor on this host in case it is killed: when each section sent
// its last advert as the active router, and which proxy served then. A successor that starts in
// time goes on where it stopped, so that a restart moves nothing (core::Start).
//
// It lies in a small file that is mapped into memory, so that a note costs no system call; the
// kernel keeps it whatever becomes of the process. Times are those of the monotonic clock; where
// the file outlives a reboot, which /run does not, they lie in the future or long ago. Used by the
// runner.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace wslb::agent {

class Continuity {
 public:
  // `sections`: what makes each of them itself, in the configuration's order. Notes of sections
  // that are there no more are left until others need their place. Where the file cannot be had, on
  // a full or read-only disk, there is a warning, and the notes end with the process.
  static base::Result<std::unique_ptr<Continuity>> open(const std::string& path,
                                                        const std::vector<std::string>& sections);
  ~Continuity();
  Continuity(const Continuity&) = delete;
  Continuity& operator=(const Continuity&) = delete;

  // What the predecessor noted last; nullopt: the section was not active then.
  [[nodiscard]] std::optional<base::TimePoint> last_advert(std::size_t section) const;
  // The proxy's process, if it lives still; 0: none.
  [[nodiscard]] std::int32_t live_proxy() const;

  void note_advert(std::size_t section, base::TimePoint at);
  void note_resignation(std::size_t section);
  void note_proxy(std::int32_t pid);

 private:
  struct Page;
  struct Slot;

  Continuity(Page* page, std::size_t slots, const std::vector<std::string>& sections);

  Page* page_;
  std::size_t mapped_;        // slots behind it
  std::vector<Slot*> slots_;  // of the sections
};

}  // namespace wslb::agent
