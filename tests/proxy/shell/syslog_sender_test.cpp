#include "proxy/syslog_sender.h"

#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

namespace wslb::proxy {
namespace {

using boost::asio::local::datagram_protocol;

config::LogTarget udp(const base::Endpoint& endpoint) {
  config::LogTarget target;
  target.endpoint = endpoint;
  return target;
}

class Collector {
 public:
  explicit Collector(const char* address)
      : socket_(context_,
                boost::asio::ip::udp::endpoint(boost::asio::ip::make_address(address), 0)),
        endpoint_{*base::IpAddress::parse(address), socket_.local_endpoint().port()} {
    socket_.set_option(boost::asio::socket_base::receive_buffer_size(1 << 20));
  }

  [[nodiscard]] config::LogTarget target() const { return udp(endpoint_); }

  std::string receive() {
    std::array<char, 65536> buffer;
    const std::size_t count = socket_.receive(boost::asio::buffer(buffer));
    return {buffer.data(), count};
  }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::udp::socket socket_;
  base::Endpoint endpoint_;
};

SyslogSender open_sender() {
  auto sender = SyslogSender::open();
  EXPECT_TRUE(sender) << sender.error().message;
  return std::move(*sender);
}

TEST(SyslogSender, SendsOneDatagramPerLine) {
  Collector collector("127.0.0.1");
  SyslogSender sender = open_sender();
  sender.send(collector.target(), "<134>one");
  sender.send(collector.target(), "<134>two");
  EXPECT_EQ(collector.receive(), "<134>one");
  EXPECT_EQ(collector.receive(), "<134>two");
  EXPECT_EQ(sender.sent(), 2U);
  EXPECT_EQ(sender.dropped(), 0U);
}

TEST(SyslogSender, SendsOverIpv6) {
  Collector collector("::1");
  SyslogSender sender = open_sender();
  sender.send(collector.target(), "six");
  EXPECT_EQ(collector.receive(), "six");
}

TEST(SyslogSender, KeepsItsSocketsAndCountsWhenMoved) {
  Collector collector("127.0.0.1");
  SyslogSender first = open_sender();
  first.send(collector.target(), "a");
  SyslogSender second = std::move(first);
  second.send(collector.target(), "b");
  EXPECT_EQ(second.sent(), 2U);
}

TEST(SyslogSender, ATargetThatIsNotThereNeverBlocks) {
  SyslogSender sender = open_sender();
  const base::Endpoint nobody{*base::IpAddress::parse("127.0.0.1"), 9};
  for (int i = 0; i < 1000; ++i) sender.send(udp(nobody), "lost");
  EXPECT_EQ(sender.sent() + sender.dropped(), 1000U);
}

TEST(SyslogSender, CountsWhatTheKernelDoesNotTake) {
  Collector collector("127.0.0.1");
  SyslogSender sender = open_sender();
  sender.send(collector.target(), std::string(100'000, 'x'));  // no datagram is that long
  EXPECT_EQ(sender.sent(), 0U);
  EXPECT_EQ(sender.dropped(), 1U);
}

TEST(SyslogSender, UnixSocketsMayGoAwayAndComeBack) {
  const std::string path = "syslog_sender_test.sock";
  config::LogTarget target;
  target.unix_path = path;
  SyslogSender sender = open_sender();
  for (int round = 0; round < 2; ++round) {
    sender.send(target, "lost");
    boost::asio::io_context context;
    datagram_protocol::socket socket(context, datagram_protocol::endpoint(path));
    sender.send(target, "got");
    std::array<char, 10> buffer;
    EXPECT_EQ(socket.receive(boost::asio::buffer(buffer)), 3U);
    ::unlink(path.c_str());
  }
  EXPECT_EQ(sender.sent(), 2U);
  EXPECT_EQ(sender.dropped(), 2U);
}

TEST(SyslogSender, AFullUnixSocketNeverBlocks) {
  const std::string path = "syslog_sender_test.sock";
  boost::asio::io_context context;
  datagram_protocol::socket socket(context, datagram_protocol::endpoint(path));
  config::LogTarget target;
  target.unix_path = path;
  SyslogSender sender = open_sender();
  for (int i = 0; i < 10000; ++i) sender.send(target, "line");
  ::unlink(path.c_str());
  EXPECT_EQ(sender.sent() + sender.dropped(), 10000U);
  EXPECT_GT(sender.dropped(), 0U);
}

TEST(SyslogSender, AFullPipeNeverBlocks) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  config::LogTarget target;
  target.descriptor = pipe[1];
  SyslogSender sender = open_sender();
  for (int i = 0; i < 1000; ++i) sender.send(target, std::string(999, 'x') + '\n');
  EXPECT_GT(sender.sent(), 0U);
  EXPECT_GT(sender.dropped(), 0U);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST(SyslogSender, ManyThreadsMaySend) {
  Collector collector("127.0.0.1");
  SyslogSender sender = open_sender();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int line = 0; line < 100; ++line) sender.send(collector.target(), "line");
      });
    }
  }
  EXPECT_EQ(sender.sent() + sender.dropped(), 400U);
  for (std::uint64_t i = 0; i < sender.sent(); ++i) EXPECT_EQ(collector.receive(), "line");
}

}  // namespace
}  // namespace wslb::proxy
