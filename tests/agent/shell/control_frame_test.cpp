#include "agent/control_frame.h"

#include <gtest/gtest.h>

namespace wslb::agent {
namespace {

using namespace std::string_literals;

TEST(FrameReader, FindsFramesHoweverTheyAreCut) {
  const std::string bytes = encode_frame("status") + encode_frame("") + encode_frame("events");
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    FrameReader reader;
    std::vector<std::string> frames;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.append(std::string_view(bytes).substr(at, piece));
      while (auto frame = reader.next()) frames.push_back(*frame);
    }
    EXPECT_EQ(frames, (std::vector{"status"s, ""s, "events"s})) << "in pieces of " << piece;
  }
}

TEST(FrameReader, GivesUpOnALengthThatNoRequestHas) {
  FrameReader reader;
  reader.append("\x00\x01\x00\x01then anything"s);
  EXPECT_EQ(reader.next(), std::nullopt);
  EXPECT_TRUE(reader.broken());
  EXPECT_EQ(reader.buffered_bytes(), 0U);
  reader.append(encode_frame("status"));
  EXPECT_EQ(reader.next(), std::nullopt);
}

TEST(FrameReader, TakesTheLongestRequestThatIsAllowed) {
  FrameReader reader;
  const std::string longest(kRequestBytesMax, 'x');
  reader.append(encode_frame(longest));
  EXPECT_EQ(reader.next(), longest);
}

TEST(FrameReader, WaitsForTheRestOfAFrame) {
  FrameReader reader;
  reader.append("\0\0\0"s);
  EXPECT_EQ(reader.next(), std::nullopt);
  reader.append("\x02o"s);
  EXPECT_EQ(reader.next(), std::nullopt);
  EXPECT_FALSE(reader.broken());
  reader.append("k");
  EXPECT_EQ(reader.next(), "ok");
}

}  // namespace
}  // namespace wslb::agent
