// Tells that something has happened to a file: made, removed, moved, written. By inotify on its
// directory, because a file that is replaced is another file; where the directory does not exist
// yet, on the nearest parent that does. What the file is now is the caller's to look at, also when
// nothing has changed in the end. Used by ExternalProxy and TrackedFile.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "agent/descriptor.h"
#include "base/result.h"

namespace wslb::agent {

class FileWatch {
 public:
  // `path` is absolute. `on_change` may destroy nothing of this.
  static base::Result<std::unique_ptr<FileWatch>> open(boost::asio::io_context& io,
                                                       std::string path,
                                                       std::function<void()> on_change);
  FileWatch(Descriptor inotify, std::string path, std::function<void()> on_change);

 private:
  void wait();
  void read();
  [[nodiscard]] bool place_watch();
  void watch_nearest();

  Descriptor inotify_;
  std::string path_;
  std::function<void()> on_change_;
  int watch_ = -1;
  std::string awaited_;  // what leads to the file, of the watched directory: its whole path
};

}  // namespace wslb::agent
