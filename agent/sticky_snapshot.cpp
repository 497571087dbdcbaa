#include "agent/sticky_snapshot.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <fcntl.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "agent/sticky_record.h"
#include "base/bytes.h"
#include "base/file.h"

namespace wslb::agent {
namespace {

using std::chrono::milliseconds;

constexpr mode_t kSnapshotMode = 0600;
constexpr std::size_t kRecordsPerStep = 4000;
constexpr std::size_t kHeadBytes = 12;  // a length and a checksum
constexpr std::string_view kMagic = "wslb sticky tables 1\n";

std::int64_t unix_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<milliseconds>(now).count();
}

std::string fresh_path(const std::string& path) {
  return path + ".new";
}

base::Result<void> write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return system_error("cannot write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::string framed(const proto::StickySnapshot& piece) {
  const std::string body = piece.SerializeAsString();
  const std::uint64_t sum = XXH3_64bits(body.data(), body.size());
  base::ByteWriter head;
  head.u32(static_cast<std::uint32_t>(body.size()));
  head.u32(static_cast<std::uint32_t>(sum >> 32U));
  head.u32(static_cast<std::uint32_t>(sum & 0xffffffffU));
  return std::string(head.bytes().begin(), head.bytes().end()) + body;
}

// What time has passed since it was written is taken off; a clock that was set back takes nothing.
void merge(const proto::StickySnapshot& piece, sticky::Replica& replica,
           std::vector<sticky::TableId>& tables, std::size_t& count) {
  if (const auto read = read_tables(piece.tables())) {
    for (const auto& [id, table] : read->tables) {
      if (tables.size() <= id) tables.resize(id + 1U);
      tables[id] = replica.define(table);
    }
  }
  const milliseconds passed(std::max<std::int64_t>(0, unix_ms() - piece.written_unix_ms()));
  for (const proto::StickyRecord& one : piece.records()) {
    auto record = read_record(one);
    if (!record || record->table >= tables.size()) continue;
    record->table = tables[record->table];
    if (record->expires_in != base::Duration::max()) record->expires_in -= passed;
    if (record->life != sticky::Life::Pinned && record->expires_in.count() <= 0) continue;
    replica.merge(*record, std::chrono::steady_clock::now());
    ++count;
  }
}

}  // namespace

base::Result<std::unique_ptr<SnapshotWriter>> SnapshotWriter::open(std::string path,
                                                                   sticky::Replica& replica) {
  FileDescriptor file(
      ::open(fresh_path(path).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kSnapshotMode));
  if (!file) return system_error("cannot write " + path);
  if (const auto written = write_all(file.get(), kMagic); !written) {
    return base::Error{path + ": " + written.error().message};
  }
  return std::make_unique<SnapshotWriter>(std::move(path), std::move(file), replica, false);
}

// Without what its last writer did not get to the end of.
base::Result<std::unique_ptr<SnapshotWriter>> SnapshotWriter::go_on(std::string path,
                                                                    std::size_t length,
                                                                    sticky::Replica& replica) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!file || ::ftruncate(file.get(), static_cast<off_t>(length)) != 0) {
    return system_error("cannot write " + path);
  }
  return std::make_unique<SnapshotWriter>(std::move(path), std::move(file), replica, true);
}

SnapshotWriter::SnapshotWriter(std::string path, FileDescriptor file, sticky::Replica& replica,
                               bool complete)
    : path_(std::move(path)),
      file_(std::move(file)),
      replica_(replica),
      cursor_(replica, complete ? replica.sequence() : 0),
      complete_(complete) {}

SnapshotWriter::~SnapshotWriter() {
  if (!complete_) std::remove(fresh_path(path_).c_str());
}

base::Result<void> SnapshotWriter::step() {
  proto::StickySnapshot piece;
  piece.set_written_unix_ms(unix_ms());
  sticky::Tables tables;
  for (; tables_written_ < replica_.tables().size(); ++tables_written_) {
    tables.tables.emplace_back(static_cast<sticky::TableId>(tables_written_),
                               replica_.tables()[tables_written_]);
  }
  write_tables(tables, *piece.mutable_tables());
  const auto now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < kRecordsPerStep && !cursor_.at_end(); ++i) {
    write_record(replica_.record_of(*cursor_.advance(), now), *piece.add_records());
  }
  piece.set_complete(!complete_ && cursor_.at_end());
  const auto written = write_all(file_.get(), framed(piece));
  if (!written) return base::Error{path_ + ": " + written.error().message};
  return piece.complete() ? put_in_place() : base::Result<void>();
}

base::Result<void> SnapshotWriter::put_in_place() {
  if (::rename(fresh_path(path_).c_str(), path_.c_str()) != 0) {
    return system_error("cannot write " + path_);
  }
  complete_ = true;
  return {};
}

base::Result<LoadedSnapshot> load_snapshot(const std::string& path, sticky::Replica& replica) {
  if (::access(path.c_str(), F_OK) != 0) return LoadedSnapshot{};
  const auto bytes = base::read_file(path);
  if (!bytes) return bytes.error();
  std::string_view rest(*bytes);
  if (!rest.starts_with(kMagic)) return base::Error{path + " is no snapshot of this version"};
  rest.remove_prefix(kMagic.size());
  std::vector<sticky::TableId> tables;
  std::size_t count = 0;
  bool complete = false;
  while (!complete || !rest.empty()) {
    base::ByteReader head(
        {reinterpret_cast<const std::uint8_t*>(rest.data()), std::min(rest.size(), kHeadBytes)});
    const std::size_t size = head.u32();
    const std::uint64_t sum = std::uint64_t{head.u32()} << 32U | head.u32();
    const bool whole = head.ok() && rest.size() - kHeadBytes >= size;
    if (complete && !whole) break;  // the end of its writer
    proto::StickySnapshot piece;
    if (!whole || XXH3_64bits(rest.data() + kHeadBytes, size) != sum ||
        !piece.ParseFromArray(rest.data() + kHeadBytes, static_cast<int>(size))) {
      return base::Error{path + " is damaged after " + std::to_string(count) + " entries"};
    }
    merge(piece, replica, tables, count);
    complete = complete || piece.complete();
    rest.remove_prefix(kHeadBytes + size);
  }
  return LoadedSnapshot{count, bytes->size() - rest.size()};
}

}  // namespace wslb::agent
