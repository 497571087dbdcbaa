#include "proxy/stream.h"

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wslb::proxy {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using std::chrono::steady_clock;

// One end of a connection is a Stream, the other one is the test's.
class StreamTest : public testing::Test {
 protected:
  StreamTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    peer_ = ends[1];
    stream_.emplace(context_.get_executor(), ends[0]);
  }
  ~StreamTest() override { hang_up(); }

  void hang_up() {
    if (peer_ >= 0) ::close(peer_);
    peer_ = -1;
  }
  void say(std::string_view text) { ::send(peer_, text.data(), text.size(), MSG_NOSIGNAL); }

  void read_into(IoResult& result, base::TimePoint deadline = base::TimePoint::max()) {
    asio::co_spawn(
        context_,
        [this, &result, deadline]() -> asio::awaitable<void> {
          result = co_await stream_->read(room_, deadline);
          ++ended_;
        },
        asio::detached);
  }
  void run() {
    context_.restart();
    context_.run_for(5s);
  }

  asio::io_context context_{1};
  std::array<char, 64> room_{};
  std::optional<Stream> stream_;
  int peer_ = -1;
  int ended_ = 0;
};

TEST_F(StreamTest, ReadsWhatIsThereAndWaitsForWhatIsNot) {
  for (const char* text : {"one", "two", "three"}) {
    IoResult result;
    read_into(result);
    asio::post(context_, [this, text] { say(text); });
    run();
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(std::string_view(room_.data(), result.bytes), text);
  }
  EXPECT_TRUE(stream_->is_quiet());
  EXPECT_TRUE(stream_->seems_quiet());
}

TEST_F(StreamTest, SeesAnEndBehindBytes) {
  IoResult first;
  read_into(first);
  asio::post(context_, [this] {
    say("last");
    hang_up();
  });
  run();
  EXPECT_EQ(first.bytes, 4U);
  IoResult second;
  read_into(second);
  run();
  EXPECT_EQ(second.status, IoStatus::Eof);
  EXPECT_FALSE(stream_->seems_quiet());
}

TEST_F(StreamTest, ADeadlinePassesAndTheNextOneCounts) {
  const auto begin = steady_clock::now();
  for (const auto limit : {40ms, 20ms}) {
    IoResult result;
    read_into(result, steady_clock::now() + limit);
    run();
    EXPECT_EQ(result.status, IoStatus::Timeout);
  }
  EXPECT_GE(steady_clock::now() - begin, 60ms);
  EXPECT_LT(steady_clock::now() - begin, 2s);
}

TEST_F(StreamTest, ADeadlineCanBeMovedWhileOneWaits) {
  const auto begin = steady_clock::now();
  IoResult result;
  read_into(result, begin + 10s);
  asio::post(context_, [this, begin] {
    ASSERT_TRUE(stream_->is_reading());
    stream_->extend_read(begin + 30ms);
  });
  run();
  EXPECT_EQ(result.status, IoStatus::Timeout);
  EXPECT_LT(steady_clock::now() - begin, 2s);
}

TEST_F(StreamTest, CancelAndCloseWakeWhoWaits) {
  for (const auto& wake : {std::function<void()>([this] { stream_->cancel(); }),
                           std::function<void()>([this] { stream_->close(); })}) {
    IoResult result;
    read_into(result);
    asio::post(context_, wake);
    run();
    EXPECT_EQ(result.status, IoStatus::Error);
    EXPECT_EQ(result.error, ECANCELED);
  }
  EXPECT_EQ(ended_, 2);
  EXPECT_TRUE(context_.stopped());  // nobody waits, so nothing keeps the loop alive
}

TEST_F(StreamTest, AWriteWaitsForAReader) {
  const std::string text(1024 * 1024, 'x');
  IoResult written;
  asio::co_spawn(
      context_,
      [&]() -> asio::awaitable<void> {
        written = co_await stream_->write_all(text, steady_clock::now() + 5s);
      },
      asio::detached);
  std::size_t read = 0;
  std::string room(65536, '\0');
  while (read < text.size() && written.ok()) {
    context_.run_for(1ms);
    context_.restart();
    for (ssize_t count = 0; (count = ::recv(peer_, room.data(), room.size(), 0)) > 0;) {
      read += static_cast<std::size_t>(count);
    }
  }
  run();
  EXPECT_EQ(written.bytes, text.size());
  EXPECT_EQ(stream_->sent(), text.size());
}

// The coroutine that waits owns what it waits for, and goes with the context.
TEST_F(StreamTest, AContextMayEndWhileSomebodyWaits) {
  IoResult result;
  auto gone = std::make_unique<asio::io_context>(1);
  const auto alive = std::make_shared<int>();
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
  asio::co_spawn(
      *gone,
      [&gone, fd = ends[0], alive]() -> asio::awaitable<void> {
        const auto held = alive;
        Stream stream(gone->get_executor(), fd);
        std::array<char, 8> room{};
        co_await stream.read(room, steady_clock::now() + 1h);
      },
      asio::detached);
  gone->poll();
  gone.reset();
  EXPECT_EQ(alive.use_count(), 1);
  ::close(ends[1]);
}

}  // namespace
}  // namespace wslb::proxy
