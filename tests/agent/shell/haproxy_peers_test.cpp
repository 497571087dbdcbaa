#include "agent/haproxy_peers.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "event_loop.h"
#include "tests/agent/peers/store.h"

namespace wslb::agent {
namespace {

using peers::room;
using Tcp = boost::asio::ip::tcp;

class OneTable : public HaproxyStore {
 public:
  [[nodiscard]] const peers::Table* table(const std::string& name) const override {
    return store.table(name);
  }
  std::optional<peers::Change> next_change(std::uint64_t after, const std::string& peer,
                                           peers::Scope scope) override {
    return store.next_change(after, peer, scope);
  }
  [[nodiscard]] std::uint64_t newest() const override { return store.newest(); }
  [[nodiscard]] bool complete() const override { return true; }
  void apply(const peers::Update& update, const std::string& from_peer) override {
    store.put(update, from_peer);
  }
  peers::Store store;
};

base::Endpoint loopback(std::uint16_t port) {
  return {base::IpAddress(base::IpAddress::V4{127, 0, 0, 1}), port};
}

constexpr std::uint16_t kOnePort = 18461;
constexpr std::uint16_t kOtherPort = 18462;

struct Side {
  Side(boost::asio::io_context& io, const std::string& us, std::uint16_t port,
       const std::string& peer, std::uint16_t peer_port) {
    auto opened = HaproxyPeers::open(io,
                                     {.section = "test",
                                      .us = us,
                                      .listen = loopback(port),
                                      .peers = {{peer, loopback(peer_port)}}},
                                     store);
    if (opened) peers = std::move(*opened);
  }
  [[nodiscard]] bool connected() const { return peers->figures().front().connected; }

  OneTable store;
  std::unique_ptr<HaproxyPeers> peers;
};

TEST(HaproxyPeers, FindEachOtherAlsoWhereBothDial) {
  boost::asio::io_context io;
  Side one(io, "one", kOnePort, "other", kOtherPort);
  Side other(io, "other", kOtherPort, "one", kOnePort);
  ASSERT_TRUE(one.peers && other.peers);
  ASSERT_TRUE(run_until(io, [&] { return one.connected() && other.connected(); }));
  one.store.store.put(room("a", "s1"));
  one.peers->wake();
  other.store.store.put(room("b", "s2"));
  other.peers->wake();
  ASSERT_TRUE(run_until(io, [&] {
    return one.store.store.entries().size() == 2 && other.store.store.entries().size() == 2 &&
           one.peers->figures().front().behind == 0;
  }));
  EXPECT_EQ(one.store.store.entries(), other.store.store.entries());
}

TEST(HaproxyPeers, GoOnWhereTheyWereCutOff) {
  boost::asio::io_context io;
  Side one(io, "one", kOnePort, "other", kOtherPort);
  ASSERT_TRUE(one.peers);
  {
    Side other(io, "other", kOtherPort, "one", kOnePort);
    ASSERT_TRUE(run_until(io, [&] { return one.connected() && other.connected(); }));
  }
  EXPECT_EQ(one.peers->figures().front().reason, "");
  ASSERT_TRUE(run_until(io, [&] { return !one.connected(); }));
  EXPECT_NE(one.peers->figures().front().reason, "");
  one.store.store.put(room("a", "s1"));
  Side other(io, "other", kOtherPort, "one", kOnePort);
  ASSERT_TRUE(run_until(io, [&] { return other.store.store.entries().size() == 1; }));
}

TEST(HaproxyPeers, HangUpOnWhomTheyDoNotKnow) {
  boost::asio::io_context io;
  Side one(io, "one", kOnePort, "other", kOtherPort);
  ASSERT_TRUE(one.peers);
  for (const std::string hello : {"HAProxyS 2.1\none\nstranger 1 1\n",
                                  "HAProxyS 2.1\nx\nother 1 1\n", "GET / HTTP/1.1\r\n\r\n"}) {
    Tcp::socket client(io);
    client.connect({boost::asio::ip::address_v4::loopback(), kOnePort});
    boost::asio::write(client, boost::asio::buffer(hello));
    std::string answer;
    bool over = false;
    boost::asio::async_read_until(
        client, boost::asio::dynamic_buffer(answer), "nothing that would come",
        [&](const boost::system::error_code&, std::size_t) { over = true; });
    EXPECT_TRUE(run_until(io, [&] { return over; })) << hello;
    EXPECT_EQ(answer, hello.starts_with("GET") ? "501\n" : "");
  }
}

config::PeersSection section(std::vector<config::Peer> peers) {
  config::PeersSection made;
  made.name = "lab";
  made.peers = std::move(peers);
  made.where = {"f.cfg", 7};
  return made;
}

config::Cluster cluster_of_two() {
  config::Cluster cluster;
  for (const auto* name : {"lb1", "lb2"}) {
    cluster.nodes.push_back({.name = name, .address = base::IpAddress(), .where = {}});
  }
  return cluster;
}

TEST(HaproxyPeers, AreThoseOfTheSectionThatAreNoNodes) {
  const auto settings = HaproxyPeers::settings_of(
      section({{"lb1", loopback(1), {}}, {"lb2", loopback(2), {}}, {"hap", loopback(3), {}}}),
      cluster_of_two(), "lb1");
  ASSERT_TRUE(settings && *settings);
  EXPECT_EQ((*settings)->us, "lb1");
  EXPECT_EQ((*settings)->listen, loopback(1));
  EXPECT_EQ((*settings)->peers, (std::map<std::string, base::Endpoint>{{"hap", loopback(3)}}));
}

TEST(HaproxyPeers, AreNoneWhereAllAreNodes) {
  const auto settings = HaproxyPeers::settings_of(
      section({{"lb1", loopback(1), {}}, {"lb2", loopback(2), {}}}), cluster_of_two(), "lb1");
  EXPECT_TRUE(settings && !*settings);
}

TEST(HaproxyPeers, NeedAnAddressOfOurs) {
  auto lab = section({{"lb1", std::nullopt, {}}, {"hap", loopback(3), {}}});
  const auto settings = HaproxyPeers::settings_of(lab, cluster_of_two(), "lb1");
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().message,
            "f.cfg:7: 'peers lab' has a peer that is no node of the cluster, but no address of "
            "'lb1'; add: peer lb1 ADDRESS:PORT");
  lab.bind = loopback(9);
  EXPECT_EQ((*HaproxyPeers::settings_of(lab, cluster_of_two(), "lb1"))->listen, loopback(9));
}

}  // namespace
}  // namespace wslb::agent
