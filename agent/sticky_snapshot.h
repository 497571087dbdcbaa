// The sticky entries on disk, so that a reboot of both hosts keeps sessions. The file is a row of
// pieces, each with its length and a checksum in front, and is written beside the old one and put
// in its place when it is whole. Writing goes in steps, so that nothing waits for it; what changes
// meanwhile is written once more, and the newer version counts when it is read.
// Used by StickyService.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "agent/file_descriptor.h"
#include "agent/sticky/replica.h"
#include "base/result.h"

namespace wslb::agent {

class SnapshotWriter {
 public:
  static base::Result<std::unique_ptr<SnapshotWriter>> open(std::string path,
                                                            sticky::Replica& replica);
  SnapshotWriter(std::string path, FileDescriptor file, sticky::Replica& replica);
  ~SnapshotWriter();  // an unfinished one leaves nothing
  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;

  // Some thousand entries more. True: all is written and in its place.
  base::Result<bool> step();

 private:
  std::string path_;
  FileDescriptor file_;
  sticky::Replica& replica_;
  sticky::Replica::Cursor cursor_;
  std::size_t tables_written_ = 0;
  bool complete_ = false;
};

// Into the replica. How many entries there were; none where there is no file. A file that is
// damaged is read as far as it is good, and the error says so.
[[nodiscard]] base::Result<std::size_t> load_snapshot(const std::string& path,
                                                      sticky::Replica& replica);

}  // namespace wslb::agent
