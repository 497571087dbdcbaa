// `track file PATH`: down while the file exists, unless it holds just `0`. An operator or a script
// takes the host out of the election by it, and says why in its first line.
// Used by Tracking.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/file_watch.h"

namespace wslb::agent {

// What a tracked file says. `reason` when down: "file PATH: FIRST LINE" or "file PATH exists".
struct FileVerdict {
  bool up = false;
  std::string reason;

  bool operator==(const FileVerdict&) const = default;
};

[[nodiscard]] FileVerdict judge_file(const std::string& path);

class TrackedFile {
 public:
  using Tell = std::function<void(const FileVerdict&)>;

  static base::Result<std::unique_ptr<TrackedFile>> open(boost::asio::io_context& io,
                                                         const std::string& path, Tell tell);
  TrackedFile(std::string path, Tell tell) : path_(std::move(path)), tell_(std::move(tell)) {}

  // Tells how it stands now, the first time also that it is up. False: somebody is about to write
  // it, it seems, so that it says nothing yet.
  bool look();

 private:
  std::string path_;
  Tell tell_;
  bool told_ = false;
  FileVerdict last_;
  std::unique_ptr<FileWatch> watch_;
};

}  // namespace wslb::agent
