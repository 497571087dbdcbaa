// A proxy that starts, and an agent that gives it what the one before had, well or not.
#include "proxy/vault_claim.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/vault.pb.h"
#include "proxy/descriptor_packet.h"

namespace wslb::proxy {
namespace {

using Keeps = std::vector<std::pair<std::vector<vault::Slot>, std::size_t>>;

class VaultClaimTest : public testing::Test {
 protected:
  VaultClaimTest() {
    std::string name = "/tmp/wslb-claim-XXXXXX";
    directory_ = ::mkdtemp(name.data());
    listener_ = ::socket(AF_UNIX, SOCK_SEQPACKET, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
  }
  ~VaultClaimTest() override {
    ::close(listener_);
    std::filesystem::remove_all(directory_);
  }

  [[nodiscard]] std::string path() const { return directory_ + "/agent.sock"; }

  // Of an agent that sends an arena, then for each of `keeps` these slots and so many descriptors.
  ClaimedVault claim(const Keeps& keeps) {
    const auto arena = std::move(*vault::Arena::create());
    std::thread agent([&] { serve(arena->fd(), keeps); });
    ClaimedVault claimed = claim_vault(path());
    agent.join();
    for (const int fd : {claimed.agent, claimed.sticky, claimed.stream}) {
      if (fd >= 0) ::close(fd);
    }
    for (const auto& [slot, pair] : claimed.sockets) ::close(pair[0]);
    return claimed;
  }

 private:
  void serve(int arena, const Keeps& keeps) const {
    const int proxy = ::accept(listener_, nullptr, nullptr);
    std::array<char, 1024> hello;
    EXPECT_GT(::recv(proxy, hello.data(), hello.size(), 0), 0);
    std::array<int, 2> stream{};
    ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, stream.data());
    proto::AgentToProxy answer;
    answer.mutable_hello()->set_has_vault_stream(true);
    send_packet(proxy, answer.SerializeAsString(), {&stream[1], 1});
    ::close(stream[1]);
    proto::FromVault message;
    message.mutable_arena();
    send_packet(stream[0], message.SerializeAsString(), {&arena, 1});
    for (const auto& [slots, descriptors] : keeps) {
      message.mutable_kept()->mutable_slots()->Assign(slots.begin(), slots.end());
      message.mutable_kept()->set_sockets(1);
      const std::vector<int> given(descriptors, arena);
      send_packet(stream[0], message.SerializeAsString(), given);
    }
    message.mutable_complete();
    send_packet(stream[0], message.SerializeAsString(), {});
    ::close(stream[0]);
    ::close(proxy);
  }

  std::string directory_;
  int listener_ = -1;
};

TEST_F(VaultClaimTest, TakesWhatComesWhole) {
  const ClaimedVault claimed = claim({{{1, 2}, 2}, {{7}, 1}});
  EXPECT_EQ(claimed.complaint, "");
  EXPECT_EQ(claimed.sockets.size(), 3U);
}

// As the kernel leaves out what there is no place for: then the agent is told everything anew.
TEST_F(VaultClaimTest, ComplainsOfWhatIsMissing) {
  const ClaimedVault claimed = claim({{{1, 2}, 1}, {{7}, 1}});
  EXPECT_NE(claimed.complaint, "");
  EXPECT_TRUE(claimed.arena);
  EXPECT_EQ(claimed.sockets.size(), 1U);
}

}  // namespace
}  // namespace wslb::proxy
