// Tells that something has happened to a file: made, removed, moved, written. By inotify on its
// directory, because a file that is replaced is another file; where the directory does not exist
// yet, on the nearest parent that does. What the file is now is the caller's to look at, also when
// nothing has changed in the end. A file that is empty while somebody writes it is told once it is
// closed. Where no watch can be had, for lack of permission or of room in the kernel, it tries
// again each second, and the caller looks each time. Used by ExternalProxy and TrackedFile.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/descriptor.h"
#include "base/result.h"
#include "base/time.h"

namespace wslb::agent {

class FileWatch {
 public:
  // Looks at the file. False: it is too early to say, so that another look is due. May destroy
  // nothing of this.
  using Look = std::function<bool()>;

  // `path` is absolute.
  static base::Result<std::unique_ptr<FileWatch>> open(boost::asio::io_context& io,
                                                       std::string path, Look look);
  FileWatch(Descriptor inotify, std::string path, Look look);

 private:
  void wait();
  void read();
  [[nodiscard]] bool place_watch();
  void watch_nearest();
  void look();
  void look_again(base::Duration after);

  Descriptor inotify_;
  std::string path_;
  Look look_;
  boost::asio::steady_timer retry_;
  bool told_ = false;  // that there is no watch
  int watch_ = -1;
  std::string awaited_;  // what leads to the file, of the watched directory: its whole path
};

}  // namespace wslb::agent
