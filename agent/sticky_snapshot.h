// The sticky entries on disk, so that neither a reboot of both hosts nor the sudden end of all
// programs loses a session. The file is a row of pieces, each with its length and a checksum in
// front, and is written beside the old one and put in its place when it is whole. Writing goes in
// steps, so that nothing waits for it. From then on what changes is appended, until another file
// takes its place; of an entry that is there twice the newer version counts.
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
  // Appends to a file that was loaded just now, `length` bytes of which are good.
  static base::Result<std::unique_ptr<SnapshotWriter>> go_on(std::string path, std::size_t length,
                                                             sticky::Replica& replica);
  // `complete`: the file has all that the replica has.
  SnapshotWriter(std::string path, FileDescriptor file, sticky::Replica& replica, bool complete);
  ~SnapshotWriter();  // an unfinished one leaves nothing
  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;

  // Some thousand entries more, or what has changed since the last call.
  base::Result<void> step();
  // All that there is is written and in its place.
  [[nodiscard]] bool is_complete() const { return complete_; }
  [[nodiscard]] bool has_news() const { return !cursor_.at_end(); }

 private:
  base::Result<void> put_in_place();

  std::string path_;
  FileDescriptor file_;
  sticky::Replica& replica_;
  sticky::Replica::Cursor cursor_;
  std::size_t tables_written_ = 0;
  bool complete_ = false;
};

struct LoadedSnapshot {
  std::size_t entries = 0;
  std::size_t length = 0;  // of the file, as far as it is good; 0: there is none
};
// Into the replica. A file that is damaged is read as far as it is good, and the error says so.
[[nodiscard]] base::Result<LoadedSnapshot> load_snapshot(const std::string& path,
                                                         sticky::Replica& replica);

}  // namespace wslb::agent
