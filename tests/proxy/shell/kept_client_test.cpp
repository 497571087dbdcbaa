// What becomes of a client without a tunnel whose proxy died at each point of a request: with real
// TCP connections.
#include "proxy/kept_client.h"

#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/tunnel_recovery.h"
#include "tests/proxy/shell/byte_stream.h"

namespace wslb::proxy {
namespace {

using vault::Record;

class KeptClientTest : public testing::Test {
 protected:
  KeptClientTest() {
    std::tie(client_, socket_) = connected_pair();
    kept_.accepted(socket_);
  }

  ~KeptClientTest() override {
    for (RecoveredClient& each : recovery_.clients) cut(each);
    ::close(client_);
  }

  void say(const std::string& text) const {
    ASSERT_EQ(::send(client_, text.data(), text.size(), 0), std::ssize(text));
  }
  void take(std::size_t bytes) const {
    std::string room(bytes, ' ');
    ASSERT_EQ(::recv(socket_, room.data(), bytes, MSG_WAITALL), std::ssize(room));
  }
  void answer(const std::string& text) const {
    ASSERT_EQ(::send(socket_, text.data(), text.size(), 0), std::ssize(text));
  }

  Record& record() { return link_.arena().record(slot_); }

  // The process is dead, and its successor has what the agent had.
  const Recovery& recover() {
    for (RecoveredClient& each : recovery_.clients)
      successors_slots_.push_back(std::move(each.slot));
    auto arena = vault::Arena::open(::dup(link_.arena().fd()));
    EXPECT_TRUE(arena);
    successors_.push_back(std::make_unique<VaultLink>(context_, std::move(*arena)));
    recovery_ = recover_tunnels(*successors_.back(), {{slot_, {socket_, -1}}});
    return recovery_;
  }

  [[nodiscard]] bool is_reset() const {
    char byte = 0;
    return ::recv(client_, &byte, 1, 0) < 0 && errno == ECONNRESET;
  }

  boost::asio::io_context context_{1};
  VaultLink link_{context_, std::move(*vault::Arena::create())};
  KeptClient kept_ = KeptClient::prepare(link_, "facts");
  vault::Slot slot_ = 0;  // the first
  int client_ = -1;
  int socket_ = -1;
  std::vector<std::unique_ptr<VaultLink>> successors_;
  std::vector<KeptSlot> successors_slots_;
  Recovery recovery_;
};

TEST_F(KeptClientTest, WhoHasSaidNothingIsAcceptedOnceMore) {
  const Recovery& found = recover();
  ASSERT_EQ(found.clients.size(), 1U);
  EXPECT_FALSE(found.clients[0].is_in);
  EXPECT_FALSE(found.clients[0].asked);
  EXPECT_EQ(found.clients[0].slot.arena().facts(slot_), "facts");
}

TEST_F(KeptClientTest, ARequestThatWasOnlyLookedAtIsReadBySuccessors) {
  say("GET /");
  take(5);
  kept_.settle(5, 0);  // as if it had been answered with nothing
  say("GET / HTTP/1.1");
  kept_.look();
  const Recovery& found = recover();
  ASSERT_EQ(found.clients.size(), 1U);
  EXPECT_TRUE(found.clients[0].is_in);
  EXPECT_FALSE(found.clients[0].asked);
  const KeptClient next(std::move(recovery_.clients[0].slot));
  EXPECT_EQ(next.received(), 5U);
  EXPECT_EQ(record().state, Record::Waiting);
}

TEST_F(KeptClientTest, ARequestUnderWayIsNobodysButItWasAsked) {
  kept_.settle(0, 0);
  say("GET / HTTP/1.1");
  kept_.look();
  kept_.commit();
  for (const bool taken : {false, true}) {
    if (taken) take(14);
    const Recovery& found = recover();
    ASSERT_EQ(found.clients.size(), 1U);
    EXPECT_TRUE(found.clients[0].is_in);
    EXPECT_TRUE(found.clients[0].asked);
  }
}

TEST_F(KeptClientTest, HalfAnAnswerEndsWithAReset) {
  kept_.settle(0, 0);
  kept_.commit();
  answer("HTTP/1.1 200 OK");
  EXPECT_EQ(recover().closed.truncated, 1U);
  std::array<char, 64> room{};
  EXPECT_EQ(::recv(client_, room.data(), room.size(), 0), 15);
  EXPECT_TRUE(is_reset());
}

TEST_F(KeptClientTest, WhatWasAboutToBecomeATunnelWasAsked) {
  kept_.settle(0, 0);
  kept_.commit();
  record().state = Record::Open;
  ASSERT_EQ(recover().clients.size(), 1U);
  EXPECT_TRUE(recovery_.clients[0].asked);
}

TEST_F(KeptClientTest, WhatDoesNotFitTogetherIsClosed) {
  kept_.settle(0, 0);
  say("GET /");
  take(5);  // and nobody said so
  EXPECT_EQ(recover().closed.untrusted, 1U);
  EXPECT_TRUE(is_reset());
}

TEST_F(KeptClientTest, ADamagedStateIsClosed) {
  record().state = 77;
  EXPECT_EQ(recover().closed.untrusted, 1U);
}

TEST_F(KeptClientTest, WhoHasGoneIsOver) {
  ::shutdown(socket_, SHUT_RDWR);
  EXPECT_EQ(recover().closed.ended, 1U);
}

TEST_F(KeptClientTest, WhatTwoProcessesCrashedOfIsClosed) {
  kept_.settle(0, 0);
  say("poison");
  kept_.look();
  ASSERT_EQ(recover().clients.size(), 1U) << "killed: nobody's fault";
  EXPECT_EQ(record().crashes, 0U);
  link_.arena().note_crash();
  ASSERT_EQ(recover().clients.size(), 1U) << "may be chance";
  EXPECT_EQ(record().crashes, 1U);
  record().state = Record::Looking;
  link_.arena().note_crash();
  EXPECT_EQ(recover().closed.crashed, 1U);
}

TEST_F(KeptClientTest, WhoWasIdleIsNotBlamed) {
  kept_.settle(0, 0);
  for (int i = 0; i < 5; ++i) {
    link_.arena().note_crash();
    ASSERT_EQ(recover().clients.size(), 1U);
  }
  EXPECT_EQ(record().crashes, 0U);
}

}  // namespace
}  // namespace wslb::proxy
