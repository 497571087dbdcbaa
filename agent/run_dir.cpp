#include "agent/run_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace wslb::agent {

base::Result<RunDir> RunDir::open(const std::string& path) {
  constexpr mode_t kDirectoryMode = 0755;
  constexpr mode_t kLockMode = 0600;
  if (::mkdir(path.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
    return system_error("cannot make the run directory " + path);
  }
  const std::string lock_path = path + "/agent.lock";
  FileDescriptor lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kLockMode));
  if (!lock) return system_error("cannot open " + lock_path);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return base::Error{"another wslb-agent runs with " + path +
                       "; stop it, or give this one a --run-dir of its own"};
  }
  return RunDir(path, std::move(lock));
}

}  // namespace wslb::agent
