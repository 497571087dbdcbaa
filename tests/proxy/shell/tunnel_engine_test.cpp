// The tunnel engine between real sockets: every byte arrives once and in order, ends are passed on
// as ends, and a peer that does not read costs a bounded amount of memory.
#include "proxy/tunnel_engine.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/proxy/shell/byte_stream.h"

namespace wslb::proxy {
namespace {

using namespace std::chrono_literals;

struct Ending {
  bool ended = false;
  TunnelEnd end{};
  std::uint64_t from_client = 0;
  std::uint64_t from_server = 0;
};

class RecordingOwner : public TunnelOwner {
 public:
  explicit RecordingOwner(std::shared_ptr<Ending> ending) : ending_(std::move(ending)) {}
  void on_tunnel_end(const Tunnel& tunnel, TunnelEnd end) override {
    *ending_ = {true, end, tunnel.received(Tunnel::Client), tunnel.received(Tunnel::Server)};
  }

 private:
  std::shared_ptr<Ending> ending_;
};

// How the engine sends, and whose memory it works in.
struct Kind {
  const char* name;
  bool io_uring;
  bool kept;
};

class TunnelEngineTest : public testing::TestWithParam<Kind> {
 protected:
  TunnelEngineTest() {
    if (GetParam().kept) engine_.move_into(link_.arena(), 0);
    if (GetParam().io_uring && !engine_.use_io_uring()) uring_is_missing_ = true;
  }

  void SetUp() override {
    if (uring_is_missing_) GTEST_SKIP() << "this kernel has no io_uring for us";
  }

  struct Ends {
    int client;
    int server;
    std::shared_ptr<Ending> ending;
  };

  Ends open(const TunnelLimits& limits = {}, std::string early_up = {},
            std::string early_down = {}) {
    const auto [client, client_far] = connected_pair();
    const auto [server, server_far] = connected_pair();
    for (const int fd : {client_far, server_far}) {  // as the proxy's are
      const int on = 1;
      ::setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
    }
    auto ending = std::make_shared<Ending>();
    auto tunnel = std::make_unique<Tunnel>(client_far, server_far, limits,
                                           std::make_unique<RecordingOwner>(ending));
    tunnel->preload(Tunnel::Client, std::move(early_up));
    tunnel->preload(Tunnel::Server, std::move(early_down));
    if (GetParam().kept) tunnel->keep(take_slot(), engine_.resting_batch());
    engine_.adopt(std::move(tunnel));
    return {client, server, ending};
  }

  KeptSlot take_slot() { return {link_, link_.arena().take().value()}; }

  // As a process before this one has left it, after it had passed these bytes on.
  Ends resume(const std::function<void(vault::Record&)>& damage) {
    const auto [client, client_far] = connected_pair();
    const auto [server_far, server] = connected_pair();
    KeptSlot slot = take_slot();
    vault::Record& record = link_.arena().record(slot.slot());
    record.set_begin({0, 0}, {0, 0});
    std::array<char, 100> passed{};
    EXPECT_EQ(::send(client, passed.data(), passed.size(), 0), 100);
    EXPECT_EQ(::recv(client_far, passed.data(), passed.size(), MSG_WAITALL), 100);
    EXPECT_EQ(::send(server_far, passed.data(), passed.size(), 0), 100);
    damage(record);
    auto ending = std::make_shared<Ending>();
    auto tunnel = std::make_unique<Tunnel>(client_far, server_far, TunnelLimits{},
                                           std::make_unique<RecordingOwner>(ending));
    tunnel->resume(std::move(slot));
    engine_.adopt(std::move(tunnel));
    return {client, server, ending};
  }

  void run_until(const std::function<bool()>& done, std::chrono::seconds limit = 20s) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    bool is_done = done();
    while (!is_done && std::chrono::steady_clock::now() < deadline) {
      context_.run_for(5ms);
      is_done = done();
    }
    EXPECT_TRUE(is_done);
  }

  boost::asio::io_context context_{1};
  VaultLink link_{context_, std::move(*vault::Arena::create())};
  TunnelEngine engine_{context_};
  bool uring_is_missing_ = false;
};

INSTANTIATE_TEST_SUITE_P(EachKind, TunnelEngineTest,
                         testing::Values(Kind{"OneByOne", false, false},
                                         Kind{"IoUring", true, false},
                                         Kind{"KeptOneByOne", false, true},
                                         Kind{"KeptIoUring", true, true}),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST_P(TunnelEngineTest, BulkBothWaysWithHalfCloseArrivesExactly) {
  constexpr std::uint64_t kUp = 40'000'003;
  constexpr std::uint64_t kDown = 24'000'001;
  const Ends ends = open();
  std::int64_t at_server = 0;
  std::int64_t at_client = 0;
  std::vector<std::jthread> peers;
  peers.emplace_back([&] { send_pattern(ends.client, kUp, 1); });
  peers.emplace_back([&] { send_pattern(ends.server, kDown, 2); });
  peers.emplace_back([&] { at_server = receive_pattern(ends.server, 1); });
  peers.emplace_back([&] { at_client = receive_pattern(ends.client, 2); });
  run_until([&] { return ends.ending->ended; });
  peers.clear();
  EXPECT_EQ(at_server, static_cast<std::int64_t>(kUp));
  EXPECT_EQ(at_client, static_cast<std::int64_t>(kDown));
  EXPECT_EQ(ends.ending->from_client, kUp);
  EXPECT_EQ(ends.ending->from_server, kDown);
  EXPECT_EQ(engine_.size(), 0U);
}

// A recv() ends where they begin, so that behind it there may be more.
TEST_P(TunnelEngineTest, UrgentDataGoThroughLikeAllOthers) {
  const Ends ends = open();
  EXPECT_EQ(::send(ends.client, "abc", 3, 0), 3);
  EXPECT_EQ(::send(ends.client, "X", 1, MSG_OOB), 1);
  EXPECT_EQ(::send(ends.client, "def", 3, 0), 3);
  std::string arrived;
  run_until([&] {
    std::array<char, 16> part{};
    const ssize_t count = ::recv(ends.server, part.data(), part.size(), MSG_DONTWAIT);
    if (count > 0) arrived.append(part.data(), static_cast<std::size_t>(count));
    return arrived.size() == 7;
  });
  EXPECT_EQ(arrived, "abcXdef");
}

TEST_P(TunnelEngineTest, ATunnelOfAnotherProcessGoesOn) {
  if (!GetParam().kept) GTEST_SKIP();
  const Ends ends = resume([](vault::Record&) {});
  std::array<char, 200> taken{};
  EXPECT_EQ(::recv(ends.server, taken.data(), 100, MSG_WAITALL), 100);
  EXPECT_EQ(::send(ends.client, "on", 2, 0), 2);
  run_until([&] { return ::recv(ends.server, taken.data(), taken.size(), MSG_DONTWAIT) == 2; });
  ::shutdown(ends.client, SHUT_WR);
  ::shutdown(ends.server, SHUT_WR);
  run_until([&] { return ends.ending->ended; });
  EXPECT_EQ(ends.ending->from_client, 102U);
}

// Whether it has something to do or not.
TEST_P(TunnelEngineTest, ATunnelThatDoesNotFitTogetherIsClosed) {
  if (!GetParam().kept) GTEST_SKIP();
  const Ends lost = resume([](vault::Record& record) { record.set_begin({1, 0}, {0, 0}); });
  const Ends unsealed = resume([](vault::Record& record) { record.written[1] = 1; });
  EXPECT_EQ(::send(unsealed.client, "on", 2, 0), 2);
  run_until([&] { return lost.ending->ended && unsealed.ending->ended; });
  EXPECT_EQ(lost.ending->end, TunnelEnd::Untrusted);
  EXPECT_EQ(unsealed.ending->end, TunnelEnd::Untrusted);
  char byte = 0;
  EXPECT_EQ(::recv(lost.client, &byte, 1, 0), 0);
}

TEST_P(TunnelEngineTest, OneDirectionGoesOnAfterTheOtherEnded) {
  const Ends ends = open();
  ::shutdown(ends.client, SHUT_WR);
  char byte = 0;
  run_until([&] { return ::recv(ends.server, &byte, 1, MSG_DONTWAIT) == 0; });
  EXPECT_FALSE(ends.ending->ended);
  ASSERT_EQ(::send(ends.server, "late", 4, 0), 4);
  std::array<char, 8> late;
  run_until([&] { return ::recv(ends.client, late.data(), late.size(), MSG_DONTWAIT) == 4; });
  ::close(ends.server);
  run_until([&] { return ends.ending->ended; });
  EXPECT_EQ(ends.ending->end, TunnelEnd::ClientClosed);
}

TEST_P(TunnelEngineTest, SlowReaderGetsEverythingAndHoldsItsSenderBack) {
  constexpr std::uint64_t kBytes = 12'000'000;
  const Ends ends = open();
  std::int64_t received = 0;
  std::vector<std::jthread> peers;
  peers.emplace_back([&] { send_pattern(ends.server, kBytes, 3); });
  peers.emplace_back([&] { received = receive_pattern(ends.client, 3, 1ms); });
  peers.emplace_back([&] { receive_pattern(ends.server, 0); });
  std::jthread closer([&] {
    peers[1].join();
    ::shutdown(ends.client, SHUT_WR);
  });
  run_until([&] { return ends.ending->ended; }, 40s);
  closer.join();
  EXPECT_EQ(received, static_cast<std::int64_t>(kBytes));
}

// More than a batch takes, in bytes and in numbers: both ways at once, with half-closes.
TEST_P(TunnelEngineTest, ManyBusyTunnelsKeepTheirBytesApart) {
  constexpr std::uint64_t kTunnels = 300;
  constexpr std::uint64_t kBytes = 90'001;
  std::vector<Ends> all;
  for (std::uint64_t i = 0; i < kTunnels; ++i) all.push_back(open());
  std::array<std::int64_t, 2 * kTunnels> received{};
  std::atomic<bool> done = false;
  std::jthread peers([&] {
    for (std::uint64_t i = 0; i < kTunnels; ++i) {
      send_pattern(all[i].client, kBytes, 2 * i);
      send_pattern(all[i].server, kBytes, 2 * i + 1);
    }
    for (std::uint64_t i = 0; i < kTunnels; ++i) {
      received[2 * i] = receive_pattern(all[i].server, 2 * i);
      received[2 * i + 1] = receive_pattern(all[i].client, 2 * i + 1);
      ::close(all[i].client);
      ::close(all[i].server);
    }
    done = true;
  });
  run_until([&] { return done && engine_.size() == 0; }, 60s);
  peers.join();
  for (const std::int64_t one : received) EXPECT_EQ(one, static_cast<std::int64_t>(kBytes));
}

TEST_P(TunnelEngineTest, BulkDoesNotStarveOthers) {
  const Ends bulk = open();
  const Ends quiet = open();
  std::vector<std::jthread> peers;
  peers.emplace_back([&] { send_pattern(bulk.client, 200'000'000, 4); });
  peers.emplace_back([&] { receive_pattern(bulk.server, 4); });
  std::atomic<int> echoed{0};
  peers.emplace_back([&] {
    for (int i = 0; i < 50; ++i) {
      char byte = 'x';
      if (::send(quiet.client, &byte, 1, 0) != 1) return;
      if (::recv(quiet.server, &byte, 1, 0) != 1) return;
      ++echoed;
    }
  });
  run_until([&] { return echoed == 50; });
  EXPECT_FALSE(bulk.ending->ended) << "the bulk transfer was over before anything was shown";
  ::shutdown(bulk.server, SHUT_RDWR);
  ::shutdown(bulk.client, SHUT_RDWR);
  run_until([&] { return bulk.ending->ended; });
}

TEST_P(TunnelEngineTest, BytesFromBeforeTheTunnelGoFirst) {
  const Ends ends = open({}, "up first", "down first");
  std::array<char, 16> bytes;
  run_until([&] { return ::recv(ends.server, bytes.data(), 8, MSG_DONTWAIT) == 8; });
  EXPECT_EQ(std::string(bytes.data(), 8), "up first");
  run_until([&] { return ::recv(ends.client, bytes.data(), 10, MSG_DONTWAIT) == 10; });
  EXPECT_EQ(std::string(bytes.data(), 10), "down first");
}

TEST_P(TunnelEngineTest, ResetEndsTheTunnelAtOnce) {
  const Ends ends = open();
  const linger abort{1, 0};
  ::setsockopt(ends.client, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  ::close(ends.client);
  run_until([&] { return ends.ending->ended; });
  EXPECT_EQ(ends.ending->end, TunnelEnd::ClientError);
  char byte = 0;
  EXPECT_EQ(::recv(ends.server, &byte, 1, 0), 0);
}

TEST_P(TunnelEngineTest, LastWordsOfASideThatResetsStillArrive) {
  const Ends ends = open();
  ASSERT_EQ(::send(ends.server, "last words", 10, 0), 10);
  ASSERT_EQ(::send(ends.client, "x", 1, 0), 1);
  run_until([&] { return ::recv(ends.server, nullptr, 0, MSG_DONTWAIT | MSG_TRUNC) >= 0; });
  std::array<char, 16> bytes;
  // Closing with an unread byte resets the connection, while the client goes on sending.
  ASSERT_EQ(::send(ends.server, "and more", 8, 0), 8);
  ASSERT_EQ(::send(ends.client, "y", 1, 0), 1);
  ::close(ends.server);
  run_until([&] { return ends.ending->ended; });
  EXPECT_EQ(ends.ending->end, TunnelEnd::ServerError);
  ASSERT_EQ(::recv(ends.client, bytes.data(), bytes.size(), MSG_DONTWAIT), 16);
  EXPECT_EQ(std::string(bytes.data(), 16), "last wordsand mo");
  ASSERT_EQ(::recv(ends.client, bytes.data(), bytes.size(), MSG_DONTWAIT), 2);
  EXPECT_EQ(::recv(ends.client, bytes.data(), bytes.size(), MSG_DONTWAIT), 0);
}

TEST_P(TunnelEngineTest, IdleTimeoutCountsFromTheLastByteEitherWay) {
  const auto begin = std::chrono::steady_clock::now();
  const Ends busy = open({.client = 300ms});
  const Ends idle = open({.client = 300ms});
  run_until([&] {
    if (std::chrono::steady_clock::now() - begin < 200ms) return false;
    return ::send(busy.server, "x", 1, 0) == 1;
  });
  run_until([&] { return idle.ending->ended; });
  EXPECT_FALSE(busy.ending->ended);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 300ms);
  run_until([&] { return busy.ending->ended; });
  EXPECT_EQ(busy.ending->end, TunnelEnd::Timeout);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 500ms);
}

TEST_P(TunnelEngineTest, ASideAloneHasALimitOfItsOwn) {
  const auto begin = std::chrono::steady_clock::now();
  const TunnelLimits limits{.client = 60s, .server = 60s, .client_fin = 200ms, .server_fin = 500ms};
  const Ends client = open(limits);
  const Ends server = open(limits);
  ::shutdown(client.server, SHUT_WR);
  ::shutdown(server.client, SHUT_WR);
  run_until([&] { return client.ending->ended; });
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 200ms);
  EXPECT_EQ(client.ending->end, TunnelEnd::Timeout);
  EXPECT_FALSE(server.ending->ended);
  ASSERT_EQ(::send(server.server, "x", 1, 0), 1);  // renews it
  run_until([&] { return server.ending->ended; });
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 650ms);
  EXPECT_EQ(server.ending->end, TunnelEnd::ServerTimeout);
}

TEST_P(TunnelEngineTest, ASideThatDoesNotReadAfterItsEndIsWaitedFor) {
  const auto begin = std::chrono::steady_clock::now();
  const Ends ends =
      open({.client = 400ms, .server = 60s, .client_fin = 100ms, .server_fin = 100ms});
  ::shutdown(ends.client, SHUT_WR);
  std::jthread flood([&] { send_pattern(ends.server, 100'000'000, 5); });
  run_until([&] { return ends.ending->ended; });
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 400ms);
  EXPECT_EQ(ends.ending->end, TunnelEnd::Timeout);
}

TEST_P(TunnelEngineTest, ThousandTunnelsComeAndGo) {
  std::vector<Ends> all;
  for (int i = 0; i < 1000; ++i) all.push_back(open({.client = 60s}));
  for (const Ends& ends : all) ASSERT_EQ(::send(ends.client, "hello", 5, 0), 5);
  for (const Ends& ends : all) {
    std::array<char, 5> bytes;
    run_until([&] { return ::recv(ends.server, bytes.data(), 5, MSG_DONTWAIT) == 5; });
    ::close(ends.client);
    ::close(ends.server);
  }
  run_until([&] { return engine_.size() == 0; });
}

}  // namespace
}  // namespace wslb::proxy
