#include "agent/tracked_file.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/agent/shell/event_loop.h"
#include "tests/agent/shell/temporary_dir.h"

namespace wslb::agent {
namespace {

class TrackedFileTest : public testing::Test {
 protected:
  void open(const std::string& path) {
    auto opened = TrackedFile::open(
        io_, path, [this](const FileVerdict& verdict) { told_.push_back(verdict); });
    ASSERT_TRUE(opened) << opened.error().message;
    file_ = std::move(*opened);
    file_->look();
  }

  static void write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
  }

  // The last verdict, once there are `count`.
  FileVerdict last(std::size_t count) {
    EXPECT_TRUE(run_until(io_, [&] { return told_.size() >= count; }));
    return told_.empty() ? FileVerdict{} : told_.back();
  }

  TemporaryDir dir_;
  boost::asio::io_context io_;
  std::unique_ptr<TrackedFile> file_;
  std::vector<FileVerdict> told_;
};

TEST_F(TrackedFileTest, TellsAtOnceThatThereIsNoFile) {
  open(dir_.file("down"));
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_TRUE(told_[0].up);
}

TEST_F(TrackedFileTest, AFileThatIsEmptyBeforeItIsWrittenIsNotDown) {
  const std::string path = dir_.file("down");
  open(path);
  for (int round = 0; round < 2; ++round) {  // the file is new, then truncated
    std::ofstream file(path);
    io_.restart();
    io_.poll();
    file << "0\n";
    file.close();
    write(dir_.file("other"), "");
    io_.restart();
    io_.poll();
    EXPECT_EQ(told_.size(), 1U) << told_.back().reason;
  }
  std::ofstream(path).close();
  EXPECT_FALSE(last(2).up);
}

TEST_F(TrackedFileTest, FollowsTheFileAsItComesChangesAndGoes) {
  const std::string path = dir_.file("down");
  open(path);
  write(path, "disk is full\nsecond line\n");
  EXPECT_TRUE(run_until(io_, [&] {
    return !told_.back().up && told_.back().reason == "file " + path + ": disk is full";
  }));
  write(path, " 0 \n");
  EXPECT_TRUE(run_until(io_, [&] { return told_.back().up; }));
  write(path + ".new", "");
  std::filesystem::rename(path + ".new", path);
  EXPECT_TRUE(run_until(io_, [&] { return told_.back().reason == "file " + path + " exists"; }));
  std::filesystem::remove(path);
  EXPECT_TRUE(run_until(io_, [&] { return told_.back().up; }));
}

TEST_F(TrackedFileTest, WaitsForADirectoryThatDoesNotExistYet) {
  const std::string path = dir_.file("a/b/down");
  open(path);
  EXPECT_TRUE(told_.back().up);
  std::filesystem::create_directory(dir_.file("a"));
  run_until(io_, [count = 0]() mutable { return ++count > 3; });
  std::filesystem::create_directory(dir_.file("a/b"));
  write(path, "1");
  EXPECT_EQ(last(2).reason, "file " + path + ": 1");
  std::filesystem::remove_all(dir_.file("a"));
  EXPECT_TRUE(run_until(io_, [&] { return told_.back().up; }));
  std::filesystem::create_directories(dir_.file("a/b"));
  write(path, "again");
  EXPECT_TRUE(run_until(io_, [&] { return told_.back().reason == "file " + path + ": again"; }));
}

TEST_F(TrackedFileTest, AFileOfANewDirectoryMayBeEmptyBeforeItIsWritten) {
  const std::string path = dir_.file("a/down");
  open(path);
  std::filesystem::create_directory(dir_.file("a"));
  std::ofstream file(path);
  io_.restart();
  io_.poll();
  file << "0\n";
  file.close();
  const std::chrono::milliseconds a_while{300};
  EXPECT_FALSE(run_until(io_, [&] { return told_.size() > 1; }, a_while)) << told_.back().reason;
}

TEST_F(TrackedFileTest, AFileOfANewDirectoryMayBeEmptyForGood) {
  const std::string path = dir_.file("a/down");
  open(path);
  std::filesystem::create_directory(dir_.file("a"));
  std::ofstream(path).close();
  EXPECT_FALSE(last(2).up);
}

TEST_F(TrackedFileTest, CutsTheReasonAndDropsWhatIsNotPrintable) {
  const std::string path = dir_.file("down");
  write(path, "\x1b[31m" + std::string(500, 'x'));
  EXPECT_EQ(judge_file(path).reason, "file " + path + ": [31m" + std::string(116, 'x'));
}

TEST_F(TrackedFileTest, NeverWaitsForAPipe) {
  const std::string path = dir_.file("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(judge_file(path).reason, "file " + path + " exists");
}

// Root may enter any directory; a link that leads to itself is as bad as one that may not be
// entered.
TEST_F(TrackedFileTest, TriesAgainWhereNoWatchCanBeHad) {
  std::filesystem::create_symlink(dir_.file("loop"), dir_.file("loop"));
  open(dir_.file("loop/down"));
  EXPECT_FALSE(told_.back().up);
  std::filesystem::remove(dir_.file("loop"));
  EXPECT_TRUE(run_until(io_, [&] { return told_.back().up; }));
  std::filesystem::create_directory(dir_.file("loop"));
  write(dir_.file("loop/down"), "now");
  EXPECT_EQ(last(3).reason, "file " + dir_.file("loop/down") + ": now");
}

TEST_F(TrackedFileTest, ReadsTheBeginningOfAnEndlessFile) {
  const std::string path = dir_.file("down");
  write(path, std::string(5000, ' ') + "late");
  EXPECT_EQ(judge_file(path).reason, "file " + path + " exists");
}

}  // namespace
}  // namespace wslb::agent
