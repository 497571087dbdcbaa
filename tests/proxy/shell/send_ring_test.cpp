// io_uring where it works, where it is forbidden, and where it ceases to work.
#include "proxy/send_ring.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proxy/tunnel_engine.h"
#include "tests/proxy/shell/byte_stream.h"

namespace wslb::proxy {
namespace {

constexpr std::size_t kTunnelsAtOnce = 20;

// From now on that system call fails so, for this process and for good.
void forbid(std::uint32_t call, std::uint32_t error) {
  std::array<sock_filter, 4> program{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog filter{.len = program.size(), .filter = program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) ::_exit(2);
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) ::_exit(3);
}

class NoOwner : public TunnelOwner {
  void on_tunnel_end(const Tunnel& /*tunnel*/, TunnelEnd /*end*/) override {}
};

// Whether messages in many tunnels at once arrive, twice.
bool passes_on(boost::asio::io_context& context, TunnelEngine& engine) {
  std::vector<std::pair<int, int>> peers;
  for (std::size_t i = 0; i < kTunnelsAtOnce; ++i) {
    const auto [client, client_far] = connected_pair();
    const auto [server, server_far] = connected_pair();
    engine.adopt(std::make_unique<Tunnel>(client_far, server_far, TunnelLimits{},
                                          std::make_unique<NoOwner>()));
    peers.emplace_back(client, server);
  }
  for (const std::string word : {"first", "second"}) {
    for (const auto& [client, server] : peers) {
      if (::send(client, word.data(), word.size(), 0) < 0) return false;
    }
    context.restart();
    context.run_for(std::chrono::milliseconds(50));
    for (const auto& [client, server] : peers) {
      std::array<char, 16> got{};
      const ssize_t count = ::recv(server, got.data(), got.size(), MSG_DONTWAIT);
      if (count != static_cast<ssize_t>(word.size()) || word != got.data()) return false;
    }
  }
  return true;
}

class SendRingTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!ring_) GTEST_SKIP() << "this kernel has no io_uring for us";
  }

  base::Result<std::unique_ptr<SendRing>> ring_ = SendRing::open(8);
};

TEST_F(SendRingTest, EachSendHasItsOwnResult) {
  const auto [near, far] = connected_pair();
  const auto [full, unread] = connected_pair();
  const auto [broken, gone] = connected_pair();
  ::fcntl(full, F_SETFL, O_NONBLOCK);
  const std::string much(1 << 20, 'x');
  while (::send(full, much.data(), much.size(), 0) > 0) {
  }
  ::shutdown(broken, SHUT_WR);
  std::array<Outgoing, 4> all{
      {{near, "one", 0}, {full, "two", 0}, {broken, "three", 0}, {near, "four", 0}}};
  for (int turn = 0; turn < 3; ++turn) {
    ASSERT_TRUE((*ring_)->send(all));
    EXPECT_EQ(all[0].result, 3);
    EXPECT_EQ(all[1].result, -EAGAIN);
    EXPECT_EQ(all[2].result, -EPIPE);
    EXPECT_EQ(all[3].result, 4);
    std::array<char, 16> got{};
    EXPECT_EQ(::recv(far, got.data(), 7, MSG_WAITALL | MSG_DONTWAIT), 7);
    EXPECT_STREQ(got.data(), "onefour");
  }
  for (const int fd : {near, far, full, unread, broken, gone}) ::close(fd);
}

TEST_F(SendRingTest, ASocketThatTakesAPartSaysHowMuch) {
  const auto [near, far] = connected_pair();
  const std::string much(64 << 20, 'x');  // more than both buffers hold
  std::array<Outgoing, 1> all{{{near, much, 0}}};
  ASSERT_TRUE((*ring_)->send(all));
  EXPECT_GT(all[0].result, 0);
  EXPECT_LT(all[0].result, static_cast<ssize_t>(much.size()));
  std::uint64_t arrived = 0;
  std::vector<char> room(1 << 20);
  ::shutdown(near, SHUT_WR);
  ::fcntl(far, F_SETFL, 0);
  for (ssize_t count = 0; (count = ::recv(far, room.data(), room.size(), 0)) > 0;) {
    arrived += static_cast<std::uint64_t>(count);
  }
  EXPECT_EQ(arrived, static_cast<std::uint64_t>(all[0].result));
  ::close(near);
  ::close(far);
}

TEST_F(SendRingTest, WhereItIsForbiddenAllIsSentOneByOne) {
  for (const std::uint32_t error : {std::uint32_t{EPERM}, std::uint32_t{ENOSYS}}) {
    const auto child = [error] {
      forbid(__NR_io_uring_setup, error);
      boost::asio::io_context context{1};
      TunnelEngine engine(context);
      if (engine.use_io_uring()) ::_exit(4);
      ::_exit(passes_on(context, engine) ? 0 : 1);
    };
    EXPECT_EXIT(child(), testing::ExitedWithCode(0), "");
  }
}

TEST_F(SendRingTest, WhereItCeasesToWorkNothingIsLost) {
  const auto child = [] {
    boost::asio::io_context context{1};
    TunnelEngine engine(context);
    if (!engine.use_io_uring()) ::_exit(4);
    if (!passes_on(context, engine)) ::_exit(5);
    forbid(__NR_io_uring_enter, EPERM);
    ::_exit(passes_on(context, engine) ? 0 : 1);
  };
  EXPECT_EXIT(child(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace wslb::proxy
