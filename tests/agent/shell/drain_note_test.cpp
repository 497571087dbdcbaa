#include "agent/drain_note.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/agent/shell/temporary_dir.h"

namespace wslb::agent {
namespace {

using testing::HasSubstr;

constexpr std::chrono::system_clock::time_point kWhen{std::chrono::seconds(1'767'261'600)};

TEST(DrainNote, OutlivesItsWriter) {
  const TemporaryDir dir;
  DrainNote note(dir.file("drained"));
  EXPECT_FALSE(note.drained());
  ASSERT_TRUE(note.set(1000, kWhen));
  EXPECT_EQ(note.text(), "since 2026-01-01T10:00:00Z by uid 1000");
  DrainNote next(dir.file("drained"));
  EXPECT_EQ(next.text(), note.text());
  ASSERT_TRUE(next.clear());
  EXPECT_FALSE(next.drained());
  EXPECT_TRUE(next.clear()) << "twice is no error";
  EXPECT_FALSE(DrainNote(dir.file("drained")).drained());
}

TEST(DrainNote, AFileThatSaysNothingCountsToo) {
  const TemporaryDir dir;
  std::ofstream(dir.file("drained")).flush();
  const DrainNote note(dir.file("drained"));
  EXPECT_TRUE(note.drained());
  EXPECT_THAT(note.text(), HasSubstr(dir.file("drained")));
}

TEST(DrainNote, SaysWhatItCannotWrite) {
  DrainNote note("/proc/nowhere/drained");
  const auto set = note.set(0, kWhen);
  ASSERT_FALSE(set);
  EXPECT_THAT(set.error().message, HasSubstr("/proc/nowhere/drained"));
  EXPECT_FALSE(note.drained());
}

}  // namespace
}  // namespace wslb::agent
