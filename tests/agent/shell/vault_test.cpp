// The vault as a proxy sees it, with real sockets and a real memfd.
#include <array>
#include <atomic>
#include <thread>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "agent/privileges.h"
#include "agent/vault_service.h"
#include "tests/agent/shell/vault_proxy.h"

namespace wslb::agent {
namespace {

using namespace std::chrono_literals;

class VaultTest : public testing::Test {
 protected:
  void SetUp() override { service_.start(); }

  VaultProxy connect() {
    auto made = service_.make_stream();
    EXPECT_TRUE(made);
    return VaultProxy(std::move(*made));
  }

  // Two seconds at most.
  template <typename Done>
  bool wait_until(Done done) {
    const auto end = std::chrono::steady_clock::now() + 2s;
    while (!done(service_.figures()) && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(1ms);
    }
    return done(service_.figures());
  }
  bool wait_for_slots(std::uint64_t count) {
    return wait_until([&](const Vault::Figures& now) { return now.slots == count; });
  }

  TcpPair keep_connection(VaultProxy& proxy, std::uint32_t slot) {
    TcpPair pair = connect_tcp(listener_);
    proxy.send_keep({slot}, {pair.server.get()});
    return pair;
  }

  VaultService service_{300ms, raise_descriptor_limit()};
  FileDescriptor listener_ = listen_tcp();
  FileDescriptor arena_{::memfd_create("arena", MFD_CLOEXEC)};
};

TEST_F(VaultTest, WhereNothingIsKeptAProxyIsToldSo) {
  VaultProxy proxy = connect();
  EXPECT_TRUE(proxy.receive_all());
  EXPECT_EQ(proxy.packets, 1);
  EXPECT_FALSE(service_.keeps());
}

TEST_F(VaultTest, TheNextProxyGetsEverythingBack) {
  constexpr std::uint32_t kPairs = 300;
  std::map<std::uint32_t, std::array<std::uint64_t, 2>> cookies;
  std::uint64_t listener_cookie = cookie_of(listener_);
  std::uint64_t single_cookie = 0;
  FileDescriptor client;
  {
    VaultProxy first = connect();
    ASSERT_TRUE(first.receive_all());
    ASSERT_EQ(::pwrite(arena_.get(), "records", 7, 100), 7);
    first.send_arena(arena_.get());
    first.send_listeners({"127.0.0.1:80", "::1:80"}, {listener_.get(), arena_.get()});
    for (std::uint32_t slot = 0; slot < kPairs; ++slot) {
      const TcpPair pair = connect_tcp(listener_);
      cookies[slot * 7] = {cookie_of(pair.client), cookie_of(pair.server)};
      first.send_keep({slot * 7}, {pair.client.get(), pair.server.get()});
    }
    TcpPair single = keep_connection(first, 0xffffffff);
    single_cookie = cookie_of(single.server);
    client = std::move(single.client);
    listener_ = {};
  }  // it dies: all of its descriptors are closed
  VaultProxy second = connect();
  ASSERT_TRUE(second.receive_all());
  EXPECT_EQ(second.packets, 1 + 1 + 3 + 1 + 1);
  std::array<char, 7> records{};
  EXPECT_EQ(::pread(second.arena.get(), records.data(), 7, 100), 7);
  EXPECT_EQ(std::string(records.data(), 7), "records");
  ASSERT_EQ(second.listeners.size(), 2U);
  EXPECT_EQ(cookie_of(second.listeners["127.0.0.1:80"]), listener_cookie);
  ASSERT_EQ(second.kept.size(), kPairs + 1);
  for (const auto& [slot, pair] : cookies) {
    ASSERT_EQ(second.kept[slot].size(), 2U);
    EXPECT_EQ(cookie_of(second.kept[slot][0]), pair[0]);
    EXPECT_EQ(cookie_of(second.kept[slot][1]), pair[1]);
  }
  ASSERT_EQ(second.kept[0xffffffff].size(), 1U);
  EXPECT_EQ(cookie_of(second.kept[0xffffffff][0]), single_cookie);
  EXPECT_FALSE(sees_end(client, 50ms));
  EXPECT_EQ(service_.figures().slots, kPairs + 1);
  EXPECT_TRUE(service_.keeps());
  // It goes on with them, and is killed as well.
  second.send_drop({7});
  VaultProxy third = connect();
  ASSERT_TRUE(third.receive_all());
  EXPECT_EQ(third.kept.size(), kPairs);
}

TEST_F(VaultTest, WhatADeadProxySentLastItsSuccessorGets) {
  for (std::uint32_t round = 0; round < 50; ++round) {
    VaultProxy proxy = connect();
    proxy.send_arena(arena_.get());
    for (std::uint32_t slot = 0; slot < 20; ++slot) proxy.send_keep({slot}, {arena_.get()});
    VaultProxy next = connect();
    ASSERT_TRUE(next.receive_all());
    ASSERT_EQ(next.kept.size(), 20U);
  }
}

TEST_F(VaultTest, AProxyThatIsKilledBeforeItReadLosesNothing) {
  for (std::uint32_t round = 0; round < 20; ++round) {
    {
      VaultProxy proxy = connect();
      proxy.send_arena(arena_.get());
      for (std::uint32_t slot = 0; slot < 20; ++slot) proxy.send_keep({slot}, {arena_.get()});
    }
    VaultProxy next = connect();
    ASSERT_TRUE(next.receive_all());
    ASSERT_EQ(next.kept.size(), 20U);
  }
}

TEST_F(VaultTest, AConnectionEndsWhenItIsDroppedAndTheProxyClosesIt) {
  VaultProxy proxy = connect();
  proxy.send_arena(arena_.get());
  TcpPair first = keep_connection(proxy, 1);
  TcpPair second = keep_connection(proxy, 2);
  ASSERT_TRUE(wait_for_slots(2));
  first.server = {};
  EXPECT_FALSE(sees_end(first.client, 50ms)) << "the vault has a descriptor";
  proxy.send_drop({1, 2, 77});
  EXPECT_TRUE(sees_end(first.client, 1s));
  EXPECT_FALSE(sees_end(second.client, 50ms)) << "the proxy has a descriptor";
  second.server = {};
  EXPECT_TRUE(sees_end(second.client, 1s));
}

TEST_F(VaultTest, ASlotIsReplaced) {
  VaultProxy proxy = connect();
  proxy.send_arena(arena_.get());
  TcpPair first = keep_connection(proxy, 1);
  ASSERT_TRUE(wait_for_slots(1));
  TcpPair second = keep_connection(proxy, 1);
  first.server = {};
  EXPECT_TRUE(sees_end(first.client, 1s));
  EXPECT_FALSE(sees_end(second.client, 20ms));
  EXPECT_EQ(service_.figures().slots, 1U);
}

TEST_F(VaultTest, AnArenaMakesEverythingVoid) {
  VaultProxy proxy = connect();
  proxy.send_arena(arena_.get());
  proxy.send_listeners({"a"}, {listener_.get()});
  TcpPair pair = keep_connection(proxy, 1);
  ASSERT_TRUE(wait_for_slots(1));
  pair.server = {};
  proxy.send_arena(arena_.get());
  EXPECT_TRUE(sees_end(pair.client, 1s));
  VaultProxy next = connect();
  ASSERT_TRUE(next.receive_all());
  EXPECT_TRUE(next.arena);
  EXPECT_TRUE(next.listeners.empty());
  EXPECT_TRUE(next.kept.empty());
}

TEST_F(VaultTest, ListenersAreReplacedInOneOrSeveralPackets) {
  VaultProxy proxy = connect();
  proxy.send_arena(arena_.get());
  proxy.send_listeners({"old"}, {listener_.get()});
  std::vector<std::string> names;
  for (int i = 0; i < 200; ++i) names.push_back("listener " + std::to_string(i));
  proxy.send_listeners(names, std::vector<int>(200, listener_.get()), true);
  proxy.send_listeners({"last"}, {listener_.get()});
  VaultProxy next = connect();
  ASSERT_TRUE(next.receive_all());
  EXPECT_EQ(next.listeners.size(), 201U);
  EXPECT_FALSE(next.listeners.contains("old"));
  // One that is killed between two packets has changed nothing.
  next.send_listeners({"half"}, {listener_.get()}, true);
  VaultProxy third = connect();
  ASSERT_TRUE(third.receive_all());
  EXPECT_EQ(third.listeners.size(), 201U);
  third.send_listeners({}, {});
  EXPECT_TRUE(wait_until([](const Vault::Figures& now) { return now.listeners == 0; }));
}

TEST_F(VaultTest, AProxyIsNotToldWhatItWantedItself) {
  {
    VaultProxy first = connect();
    first.send_arena(arena_.get());
    first.send_keep({1, 2}, {listener_.get(), listener_.get()});
  }
  // Before the vault has begun to tell it anything.
  VaultProxy second = connect();
  second.send_keep({2, 3}, {arena_.get(), arena_.get()});
  ASSERT_TRUE(second.receive_all());
  EXPECT_TRUE(second.kept.contains(1));
  EXPECT_FALSE(second.kept.contains(3));
  EXPECT_TRUE(wait_for_slots(3));
}

TEST_F(VaultTest, AProxyThatDoesNotReadDoesNotHoldUpTheVault) {
  constexpr std::size_t kListeners = 4000;  // whose names are more than a socket's buffer holds
  {
    VaultProxy first = connect();
    first.send_arena(arena_.get());
    for (std::size_t i = 0; i < kListeners; i += 100) {
      std::vector<std::string> names(100, std::string(240, 'x'));
      for (std::size_t j = 0; j < 100; ++j) names[j] += std::to_string(i + j);
      first.send_listeners(names, std::vector<int>(100, arena_.get()), i + 100 < kListeners);
    }
  }
  VaultProxy slow = connect();
  std::atomic<bool> done = false;
  service_.end_connections([&] { done = true; });
  ASSERT_TRUE(wait_until([&](const Vault::Figures&) { return done.load(); }));
  ASSERT_TRUE(slow.receive_all());
  EXPECT_EQ(slow.listeners.size(), kListeners);
}

TEST_F(VaultTest, GarbageEndsTheStreamAndChangesNothing) {
  VaultProxy proxy = connect();
  proxy.send_arena(arena_.get());
  const TcpPair pair = keep_connection(proxy, 1);
  ASSERT_TRUE(wait_for_slots(1));
  const auto with = [](auto change) {
    proto::ToVault message;
    change(message);
    return message.SerializeAsString();
  };
  const int fd = arena_.get();
  const std::string arena = with([](auto& m) { m.mutable_arena(); });
  const std::string drop = with([](auto& m) { m.mutable_drop()->add_slots(1); });
  const auto keep = [&](std::uint32_t slots, std::uint32_t sockets) {
    return with([&](auto& m) {
      m.mutable_keep()->set_sockets(sockets);
      for (std::uint32_t i = 0; i < slots; ++i) m.mutable_keep()->add_slots(i);
    });
  };
  const auto listener = [&](const std::string& name) {
    return with([&](auto& m) { m.mutable_listeners()->add_names(name); });
  };
  const std::vector<std::pair<std::string, std::vector<int>>> packets{
      {"GET / HTTP/1.1\r\n\r\n", {}},
      {"\xff", {fd}},
      {with([](auto&) {}) + std::string("\x2a\x00", 2), {fd}},  // of a proxy to come
      {arena, {}},
      {arena, {fd, fd}},
      {drop, {fd}},
      {keep(2, 1), {fd}},
      {keep(1, 1), {fd, fd}},
      {keep(1, 0), {}},
      {keep(1, 3), {fd, fd, fd}},
      {keep(200, 2), std::vector<int>(253, fd)},
      {listener("name"), {}},
      {listener(""), {fd}},
      {listener(std::string(256, 'x')), {fd}},
      {std::string(70000, 'x'), {fd}},
  };
  std::uint64_t refused = 0;
  for (const auto& [bytes, descriptors] : packets) {
    VaultProxy hostile = connect();
    ASSERT_TRUE(hostile.receive_all());
    const std::size_t before = count_descriptors();
    hostile.send(bytes, descriptors);
    EXPECT_TRUE(hostile.is_ended()) << refused;
    ++refused;
    EXPECT_TRUE(wait_until([&](const Vault::Figures& now) { return now.refused == refused; }));
    EXPECT_EQ(service_.figures().slots, 1U);
    EXPECT_TRUE(service_.keeps());
    wait_until([&](const Vault::Figures&) { return count_descriptors() < before; });
    EXPECT_EQ(count_descriptors(), before - 1) << "its stream and nothing else";
  }
  VaultProxy next = connect();
  ASSERT_TRUE(next.receive_all());
  EXPECT_EQ(next.kept.size(), 1U);
}

TEST_F(VaultTest, NothingIsKeptBeforeAnArena) {
  VaultProxy proxy = connect();
  const TcpPair pair = keep_connection(proxy, 1);
  EXPECT_TRUE(proxy.is_ended());
  EXPECT_TRUE(wait_until([](const Vault::Figures& now) { return now.refused == 1; }));
  EXPECT_EQ(service_.figures().slots, 0U);
}

TEST_F(VaultTest, ConnectionsEndWhoeverHasThem) {
  VaultProxy proxy = connect();
  proxy.send_arena(arena_.get());
  proxy.send_listeners({"a"}, {listener_.get()});
  TcpPair pair = keep_connection(proxy, 1);
  ASSERT_TRUE(wait_for_slots(1));
  VaultProxy successor = connect();
  ASSERT_TRUE(successor.receive_all());
  std::atomic<bool> done = false;
  service_.end_connections([&] { done = true; });
  EXPECT_TRUE(sees_end(pair.client, 1s)) << "though the successor has a descriptor";
  ASSERT_TRUE(wait_until([&](const Vault::Figures&) { return done.load(); }));
  EXPECT_EQ(service_.figures().slots, 0U);
  EXPECT_TRUE(service_.keeps()) << "the successor goes on with the arena";
  EXPECT_TRUE(connect_tcp(successor.listeners["a"]).server) << "and listens";
  successor.send_keep({1}, {arena_.get()});
  EXPECT_TRUE(wait_for_slots(1));
}

TEST_F(VaultTest, WithoutASuccessorNothingIsLeft) {
  TcpPair pair;
  {
    VaultProxy proxy = connect();
    proxy.send_arena(arena_.get());
    proxy.send_listeners({"a"}, {listener_.get()});
    pair = keep_connection(proxy, 1);
    ASSERT_TRUE(wait_for_slots(1));
  }
  pair.server = {};
  std::this_thread::sleep_for(20ms);
  EXPECT_FALSE(sees_end(pair.client, 20ms));
  service_.end_connections([] {});
  EXPECT_TRUE(sees_end(pair.client, 1s));
  EXPECT_TRUE(wait_until([](const Vault::Figures& now) { return !now.arena; }));
  EXPECT_EQ(service_.figures().listeners, 0U);
}

TEST_F(VaultTest, WhatNobodyDecidesAboutGoesByItself) {
  TcpPair pair;
  {
    VaultProxy proxy = connect();
    proxy.send_arena(arena_.get());
    pair = keep_connection(proxy, 1);
    ASSERT_TRUE(wait_for_slots(1));
  }
  pair.server = {};
  EXPECT_FALSE(sees_end(pair.client, 900ms));
  EXPECT_TRUE(sees_end(pair.client, 2s));
}

TEST_F(VaultTest, StoppingClosesWhatItHas) {
  VaultProxy proxy = connect();
  proxy.send_arena(arena_.get());
  TcpPair pair = keep_connection(proxy, 1);
  ASSERT_TRUE(wait_for_slots(1));
  service_.stop();
  EXPECT_FALSE(sees_end(pair.client, 20ms)) << "the proxy lives";
  pair.server = {};
  EXPECT_TRUE(sees_end(pair.client, 1s));
}

// --- Too few descriptors ------------------------------------------------------------------------

TEST(Vault, KeepsNoMoreThanItMay) {
  Vault vault(4);
  vault.begin_stream();
  const auto take = [&](const proto::ToVault& message, std::size_t descriptors, bool cut = false) {
    std::vector<FileDescriptor> all;
    for (std::size_t i = 0; i < descriptors; ++i) all.emplace_back(::dup(STDERR_FILENO));
    const std::string bytes = message.SerializeAsString();
    const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    return !!vault.take({data, bytes.size()}, std::move(all), cut);
  };
  proto::ToVault arena;
  arena.mutable_arena();
  proto::ToVault keep;
  keep.mutable_keep()->set_sockets(2);
  for (std::uint32_t slot : {5U, 6U, 7U}) keep.mutable_keep()->add_slots(slot);
  const std::size_t before = count_descriptors();
  ASSERT_TRUE(take(arena, 1));
  ASSERT_TRUE(take(keep, 6));
  EXPECT_EQ(vault.figures().slots, 1U);
  EXPECT_EQ(vault.figures().no_room, 2U);
  EXPECT_EQ(count_descriptors(), before + 3);
  // A slot that is not kept any more must not come back as it was.
  ASSERT_TRUE(take(keep, 1, true));
  EXPECT_EQ(vault.figures().slots, 0U);
  EXPECT_EQ(vault.figures().no_room, 5U);
  // Without an arena nothing is kept, and nothing is wrong with it.
  ASSERT_TRUE(take(arena, 0, true));
  EXPECT_FALSE(vault.figures().arena);
  ASSERT_TRUE(take(keep, 6));
  EXPECT_EQ(vault.figures().slots, 0U);
  ASSERT_TRUE(take(arena, 1));
  EXPECT_FALSE(take(keep, 6, true)) << "more came than belong";
}

TEST_F(VaultTest, AFullTableOfDescriptorsCostsTheSlotsThatFindNoRoom) {
  VaultProxy proxy = connect();
  proxy.send_arena(arena_.get());
  ASSERT_TRUE(wait_until([](const Vault::Figures& now) { return now.arena; }));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few{.rlim_cur = 256, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  std::vector<FileDescriptor> fill;
  for (int fd = ::dup(STDERR_FILENO); fd >= 0; fd = ::dup(STDERR_FILENO)) fill.emplace_back(fd);
  fill.resize(fill.size() - 5);
  proxy.send_keep({1, 2, 3, 4}, std::vector<int>(8, arena_.get()));
  const bool kept = wait_for_slots(2);
  fill.clear();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(kept) << service_.figures().slots;
  EXPECT_EQ(service_.figures().no_room, 2U);
  proxy.send_keep({9}, {arena_.get()});
  EXPECT_TRUE(wait_for_slots(3)) << "the stream goes on";
}

}  // namespace
}  // namespace wslb::agent
