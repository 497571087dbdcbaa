#include "proxy/vault_link.h"

#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/descriptor_packet.h"

namespace wslb::proxy {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class VaultLinkTest : public testing::Test {
 protected:
  VaultLinkTest() { ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends_.data()); }
  ~VaultLinkTest() override { ::close(ends_[0]); }

  // What the agent is told to let go, after a while.
  std::vector<vault::Slot> dropped() {
    context_.restart();
    context_.run_for(300ms);
    std::vector<vault::Slot> slots;
    DescriptorPacket packet;
    while (receive_packet(ends_[0], packet) == PacketStatus::Done) {
      for (const int fd : packet.descriptors) ::close(fd);
      proto::ToVault message;
      EXPECT_TRUE(message.ParseFromString(packet.bytes));
      slots.insert(slots.end(), message.drop().slots().begin(), message.drop().slots().end());
    }
    return slots;
  }

  boost::asio::io_context context_{1};
  std::array<int, 2> ends_{};  // the agent's and the proxy's
  VaultLink link_{context_, std::move(*vault::Arena::create())};
};

TEST_F(VaultLinkTest, TellsTheAgentThatGaveItWhatWasDroppedBeforeItsStreamWasTaken) {
  link_.adopt(3, ends_[0], -1);
  link_.adopt(4, ends_[0], -1);
  link_.drop(3);
  link_.start(ends_[1], true);
  EXPECT_THAT(dropped(), ElementsAre(3));
}

TEST_F(VaultLinkTest, AnAgentThatKnowsNothingIsToldOfNoDrop) {
  link_.adopt(3, ends_[0], -1);
  link_.drop(3);
  link_.start(ends_[1], false);
  EXPECT_THAT(dropped(), IsEmpty());
}

TEST_F(VaultLinkTest, ASlotThatIsTakenAgainIsNotDropped) {
  link_.adopt(3, ends_[0], -1);
  link_.drop(3);
  link_.start(ends_[1], true);
  link_.keep(3, ends_[0], -1);
  EXPECT_THAT(dropped(), IsEmpty());
}

}  // namespace
}  // namespace wslb::proxy
