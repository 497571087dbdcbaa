#include "agent/sequence_file.h"

#include <filesystem>
#include <fstream>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "agent/secret_file.h"
#include "tests/agent/shell/temporary_dir.h"

namespace wslb::agent {
namespace {

using testing::HasSubstr;

TEST(SequenceFile, GoesOnAboveWhatWasUsedWhateverTheClockSays) {
  const TemporaryDir dir;
  boost::asio::io_context io;
  SequenceFile first(io, dir.file("vrrp.seq"), 5000);
  EXPECT_EQ(first.first(), 5000U);
  EXPECT_FALSE(std::filesystem::exists(dir.file("vrrp.seq"))) << "before start()";
  std::uint32_t newest = 0;
  first.start([&] { return newest; });
  EXPECT_EQ(SequenceFile(io, dir.file("vrrp.seq"), 1000).first(), 5011U) << "set back";
  EXPECT_EQ(SequenceFile(io, dir.file("vrrp.seq"), 9000).first(), 9000U);
  first.stop();
  EXPECT_GE(SequenceFile(io, dir.file("vrrp.seq"), 0).first(), 5011U);
  newest = 7000;
  first.stop();
  EXPECT_EQ(SequenceFile(io, dir.file("vrrp.seq"), 5100).first(), 7011U) << "a peer was ahead";
}

TEST(SequenceFile, SurvivesAFileThatIsDamaged) {
  const TemporaryDir dir;
  boost::asio::io_context io;
  std::ofstream(dir.file("vrrp.seq")) << "rubbish";
  EXPECT_EQ(SequenceFile(io, dir.file("vrrp.seq"), 5000).first(), 5000U);
}

class SecretFileTest : public testing::Test {
 protected:
  base::Result<vrrp::Keyring> read(const std::string& text, mode_t mode) {
    std::ofstream(*cluster_.secret_file) << text;
    ::chmod(cluster_.secret_file->c_str(), mode);
    return read_secret(cluster_);
  }

  TemporaryDir dir_;
  config::Cluster cluster_ = [this] {
    config::Cluster cluster;
    cluster.secret_file = dir_.file("key");
    return cluster;
  }();
  const std::string line_ = "7 " + std::string(43, 'A') + "=\n";
};

TEST_F(SecretFileTest, ReadsTheKeysAndNoneWhereTheClusterHasNone) {
  const auto keys = read(line_, 0640);
  ASSERT_TRUE(keys) << keys.error().message;
  EXPECT_EQ(keys->at(0).id, 7);
  EXPECT_TRUE(read_secret(config::Cluster{})->empty());
}

TEST_F(SecretFileTest, TakesTheCredentialThatSystemdHandsOver) {
  ASSERT_TRUE(read(line_, 0600));
  const TemporaryDir credentials;
  ::setenv("CREDENTIALS_DIRECTORY", credentials.file("").c_str(), 1);
  const auto without = read_secret(cluster_);
  std::ofstream(credentials.file("key")) << "none";
  ::chmod(credentials.file("key").c_str(), 0440);
  const auto none = read_secret(cluster_);
  std::ofstream(credentials.file("key")) << "9" + line_.substr(1);
  const auto handed_over = read_secret(cluster_);
  ::unsetenv("CREDENTIALS_DIRECTORY");
  ASSERT_TRUE(without && none && handed_over);
  EXPECT_EQ(without->at(0).id, 7);
  EXPECT_EQ(none->at(0).id, 7);
  EXPECT_EQ(handed_over->at(0).id, 9);
}

TEST_F(SecretFileTest, SaysWhatIsWrongWithIt) {
  const auto missing = read_secret(cluster_);
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("key: No such file or directory; make one with"));
  const auto open_to_all = read(line_, 0644);
  ASSERT_FALSE(open_to_all);
  EXPECT_THAT(open_to_all.error().message, HasSubstr("chmod 0640"));
  const auto rubbish = read("rubbish\n", 0600);
  ASSERT_FALSE(rubbish);
  EXPECT_THAT(rubbish.error().message, HasSubstr("key: line 1"));
}

}  // namespace
}  // namespace wslb::agent
