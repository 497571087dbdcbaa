// Two agents' sticky services on loopback addresses, with the links between them and a proxy's end
// of the stream each.
#include "agent/sticky_service.h"

#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "agent/sticky_snapshot.h"
#include "proto/sticky.pb.h"
#include "tests/agent/shell/temporary_dir.h"

namespace wslb::agent {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

constexpr const char* kSecret = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
constexpr const char* kOtherSecret = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpBQkNERUY=";

// What a proxy has at its end of a stream.
class Proxy {
 public:
  explicit Proxy(StickyService& service) {
    auto made = service.make_stream();
    if (made) socket_ = std::move(*made);
  }

  void declare(const std::string& table) {
    proto::StickyToAgent message;
    proto::StickyTable& one = *message.mutable_tables()->add_tables();
    one.set_name(table);
    one.set_key_type(6);
    one.set_key_length(32);
    one.set_size(100000);
    one.set_expire_ms(60000);
    send(message);
  }

  void change(const std::string& key, const std::string& value, std::uint64_t number) {
    proto::StickyToAgent message;
    message.mutable_changes()->set_number(number);
    add(key, value, message);
    send(message);
  }

  void change_many(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count;) {
      proto::StickyToAgent message;
      for (int part = 0; part < 200; ++part, ++i) add("key" + std::to_string(i), "a", message);
      message.mutable_changes()->set_number(i);
      send(message);
      ASSERT_TRUE(next()->has_ack());
    }
  }

  static void add(const std::string& key, const std::string& value, proto::StickyToAgent& message) {
    proto::StickyRecord& record = *message.mutable_changes()->add_changes()->mutable_record();
    record.set_key(key);
    record.set_value(value);
    record.set_expires_in_ms(60000);
  }

  void send(const proto::StickyToAgent& message) { send_bytes(message.SerializeAsString()); }
  void send_bytes(const std::string& bytes) {
    ASSERT_EQ(::send(socket_.get(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
  }

  void tell_load(const std::string& server, std::uint32_t connections) {
    proto::StickyToAgent message;
    proto::StickyLoad& load = *message.mutable_loads()->add_loads();
    load.set_backend("app");
    load.set_server(server);
    load.set_connections(connections);
    send(message);
  }

  // What it is told that other hosts have open there, among other messages.
  int load_of(const std::string& server) {
    for (int i = 0; i < 100; ++i) {
      const auto message = next();
      if (!message) break;
      for (const proto::StickyLoad& load : message->loads().loads()) {
        if (load.server() == server) return static_cast<int>(load.connections());
      }
    }
    return -1;
  }

  // The next message; nothing: none within five seconds, or the end of the stream.
  std::optional<proto::StickyToProxy> next() {
    pollfd readable{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, 5000) != 1) return std::nullopt;
    std::string buffer(200000, '\0');
    const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    proto::StickyToProxy message;
    if (size <= 0 || !message.ParseFromArray(buffer.data(), static_cast<int>(size))) return {};
    return message;
  }

  // The value that arrives for the key, among other messages.
  std::string value_of(const std::string& key) {
    for (int i = 0; i < 100; ++i) {
      const auto message = next();
      if (!message) return "nothing";
      for (const proto::StickyRecord& record : message->entries().records()) {
        if (record.key() == key) return record.value();
      }
    }
    return "too much";
  }

  bool gets_synced() {
    for (int i = 0; i < 100; ++i) {
      const auto message = next();
      if (!message) return false;
      if (message->has_synced()) return true;
    }
    return false;
  }

 private:
  FileDescriptor socket_;
};

class StickyServiceTest : public testing::Test {
 protected:
  StickyServiceTest() {
    cluster_.name = "edge";
    cluster_.nodes = {{"lb1", *base::IpAddress::parse("127.8.0.1"), {}},
                      {"lb2", *base::IpAddress::parse("127.8.0.2"), {}}};
    cluster_.peer_port = 18405;
    cluster_.secret_file = write_secret("key", kSecret);
  }

  std::string write_secret(const std::string& name, const std::string& text) {
    const std::string path = dir_.file(name);
    std::ofstream(path) << text << "\n";
    ::chmod(path.c_str(), 0600);
    return path;
  }

  std::unique_ptr<StickyService> open(const std::string& node, const config::Cluster& cluster,
                                      std::uint64_t digest = 7) {
    config::Config& config = configs_.emplace_back();
    config.cluster = cluster;
    auto service = StickyService::open(config, node, digest, dir_.file(node + "-tables"),
                                       {.on_event = [](const auto&, const auto&) {},
                                        .on_advert =
                                            [this](const std::string& peer, const auto& advert) {
                                              const std::lock_guard lock(mutex_);
                                              heard_.push_back(peer + " " + advert.section);
                                            }});
    EXPECT_TRUE(service) << service.error().message;
    if (!service) return nullptr;
    (*service)->start();
    return std::move(*service);
  }

  template <typename Done>
  static bool wait_until(Done done) {
    const auto end = steady_clock::now() + seconds(5);
    while (!done() && steady_clock::now() < end) ::poll(nullptr, 0, 5);
    return done();
  }

  static bool connected(const StickyService& service) {
    return service.figures().peers.at(0).state == "connected";
  }

  TemporaryDir dir_;
  config::Cluster cluster_;
  std::deque<config::Config> configs_;  // outlive the services
  std::mutex mutex_;
  std::vector<std::string> heard_;  // adverts by the link, under the mutex
};

PeerAdvert advert_now(const std::string& section) {
  return {.section = section,
          .priority = 200,
          .interval = milliseconds(1000),
          .source = *base::IpAddress::parse("127.8.0.1"),
          .sent_us = microseconds_of(steady_clock::now())};
}

TEST_F(StickyServiceTest, TellsPeersWhatANodeAdvertises) {
  const auto one = open("lb1", cluster_);
  const auto other = open("lb2", cluster_);
  ASSERT_TRUE(wait_until([&] { return connected(*one) && connected(*other); }));
  one->tell(advert_now("public"));
  const auto heard = [&] {
    const std::lock_guard lock(mutex_);
    return heard_;
  };
  ASSERT_TRUE(wait_until([&] { return !heard().empty(); }));
  EXPECT_THAT(heard(), testing::ElementsAre("lb1 public"));
}

TEST_F(StickyServiceTest, AnAdvertThatStoodInAQueueIsNotPassedOn) {
  const auto one = open("lb1", cluster_);
  const auto other = open("lb2", cluster_);
  ASSERT_TRUE(wait_until([&] { return connected(*one) && connected(*other); }));
  PeerAdvert old = advert_now("old");
  old.sent_us -= 2'000'000;
  one->tell(advert_now("first"));
  one->tell(old);
  one->tell(advert_now("last"));
  const auto heard = [&] {
    const std::lock_guard lock(mutex_);
    return heard_;
  };
  ASSERT_TRUE(wait_until([&] { return heard().size() >= 2; }));
  EXPECT_THAT(heard(), testing::ElementsAre("lb1 first", "lb1 last"));
}

TEST_F(StickyServiceTest, AnEntryReachesThePeersProxy) {
  const auto one = open("lb1", cluster_);
  const auto two = open("lb2", cluster_);
  Proxy first(*one);
  Proxy second(*two);
  first.declare("app");
  second.declare("app");
  EXPECT_TRUE(first.gets_synced());
  EXPECT_TRUE(second.gets_synced());
  ASSERT_TRUE(wait_until([&] { return connected(*one) && connected(*two); }));
  first.change("alice", "a", 1);
  EXPECT_EQ(second.value_of("alice"), "a");
  second.change("alice", "b", 1);
  EXPECT_EQ(first.value_of("alice"), "b");
  EXPECT_TRUE(wait_until([&] { return one->figures().peers.at(0).behind == 0; }));
  EXPECT_TRUE(wait_until([&] { return one->figures().peers.at(0).lag_ms > 0; }));
}

TEST_F(StickyServiceTest, ANewProxyGetsEverythingBeforeItIsSynced) {
  const auto one = open("lb1", cluster_);
  {
    Proxy first(*one);
    first.declare("app");
    ASSERT_TRUE(first.gets_synced());
    first.change_many(1000);
    ASSERT_TRUE(wait_until([&] { return one->figures().entries == 1000; }));
  }
  Proxy next(*one);
  next.declare("app");
  int count = 0;
  for (;;) {
    const auto message = next.next();
    ASSERT_TRUE(message);
    if (message->has_synced()) break;
    count += message->entries().records_size();
  }
  EXPECT_EQ(count, 1000);
}

TEST_F(StickyServiceTest, ARestartedAgentHasItAllFromItsPeerOrFromDisk) {
  const auto one = open("lb1", cluster_);
  auto two = open("lb2", cluster_);
  Proxy first(*one);
  first.declare("app");
  ASSERT_TRUE(first.gets_synced());
  first.change("alice", "a", 1);
  ASSERT_TRUE(wait_until([&] { return two->figures().entries == 1; }));
  two->stop();
  std::filesystem::remove(dir_.file("lb2-tables"));
  two = open("lb2", cluster_);
  EXPECT_TRUE(wait_until([&] { return two->figures().entries == 1; }));
  one->stop();
  two->stop();
  two = open("lb2", cluster_);
  EXPECT_EQ(two->figures().entries, 1U) << "both were down; it is from disk";
}

TEST_F(StickyServiceTest, LoadsReachThePeersProxyAndEndWithTheirOwn) {
  auto one = open("lb1", cluster_);
  const auto two = open("lb2", cluster_);
  Proxy second(*two);
  {
    Proxy first(*one);
    first.tell_load("a", 20);  // no table is declared
    EXPECT_EQ(second.load_of("a"), 20);
    first.tell_load("a", 19);
    EXPECT_EQ(second.load_of("a"), 19);
  }
  EXPECT_EQ(second.load_of("a"), 0) << "the proxy is gone";
  Proxy first(*one);
  first.tell_load("a", 3);
  EXPECT_EQ(second.load_of("a"), 3);
  second.tell_load("b", 5);
  EXPECT_EQ(first.load_of("b"), 5);
  Proxy successor(*one);
  EXPECT_EQ(successor.load_of("b"), 5) << "told to whoever comes";
  successor.tell_load("a", 4);
  EXPECT_EQ(second.load_of("a"), 0);
  EXPECT_EQ(second.load_of("a"), 4);
  one.reset();
  EXPECT_EQ(second.load_of("a"), 0) << "the agent is gone";
}

TEST_F(StickyServiceTest, AnImpossibleLoadIsHungUpOn) {
  const auto one = open("lb1", cluster_);
  Proxy proxy(*one);
  proxy.tell_load("", 1);
  EXPECT_FALSE(proxy.next());
}

TEST_F(StickyServiceTest, AnotherSecretIsRefusedAndSaysSo) {
  config::Cluster other = cluster_;
  other.secret_file = write_secret("other", kOtherSecret);
  const auto one = open("lb1", cluster_);
  const auto two = open("lb2", other);
  ASSERT_TRUE(wait_until([&] { return one->figures().peers.at(0).state == "refused"; }));
  EXPECT_TRUE(wait_until([&] { return two->figures().peers.at(0).state == "refused"; }));
  EXPECT_THAT(one->figures().peers.at(0).reason, HasSubstr("same secret file"));
}

TEST_F(StickyServiceTest, SecretNoneConnectsToo) {
  cluster_.secret_file.reset();
  const auto one = open("lb1", cluster_);
  const auto two = open("lb2", cluster_);
  EXPECT_TRUE(wait_until([&] { return connected(*one) && connected(*two); }));
}

TEST_F(StickyServiceTest, AConfigurationThatDiffersIsTold) {
  const auto one = open("lb1", cluster_, 7);
  const auto two = open("lb2", cluster_, 8);
  EXPECT_TRUE(wait_until([&] { return one->figures().peers.at(0).config_differs; }));
}

TEST_F(StickyServiceTest, AProxyThatSendsGarbageIsHungUpOn) {
  const auto one = open("lb1", cluster_);
  Proxy proxy(*one);
  proxy.declare("app");
  ASSERT_TRUE(proxy.gets_synced());
  proxy.send_bytes("\xff\xff\xff garbage");
  EXPECT_FALSE(proxy.next());
  EXPECT_TRUE(wait_until([&] { return !one->figures().proxy_connected; }));
}

// What is there when the agent is killed: a copy of the file, taken while it runs.
TEST_F(StickyServiceTest, WhatWasAcknowledgedIsOnDisk) {
  auto one = open("lb1", cluster_);
  Proxy proxy(*one);
  proxy.declare("app");
  ASSERT_TRUE(proxy.gets_synced());
  const std::string file = dir_.file("lb1-tables");
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(file); }));
  for (std::uint64_t round = 0; round < 3; ++round) {
    proxy.change_many(400 * (round + 1));
    const std::string copy = dir_.file("copy" + std::to_string(round));
    std::filesystem::copy_file(file, copy);
    const auto now = steady_clock::now();
    sticky::Replica replica(sticky::node_id("lb1"), now, {now, 1}, [](const auto&) {});
    const auto loaded = load_snapshot(copy, replica);
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(replica.size(), 400 * (round + 1));
  }
}

TEST_F(StickyServiceTest, ATornEndIsLeftOutAndWhatComesLaterIsRead) {
  const std::string file = dir_.file("lb1-tables");
  for (std::uint64_t round = 0; round < 3; ++round) {
    const auto one = open("lb1", cluster_);
    Proxy proxy(*one);
    proxy.declare("app");
    ASSERT_TRUE(proxy.gets_synced());
    ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(file); }));
    EXPECT_EQ(one->figures().entries, 200 * round);
    proxy.change_many(200 * (round + 1));
    const std::string killed = dir_.file("killed");
    std::filesystem::copy_file(file, killed);
    one->stop();
    std::filesystem::rename(killed, file);
    std::ofstream(file, std::ios::app) << std::string(9, '\1');
  }
}

TEST_F(StickyServiceTest, ADamagedSnapshotIsReadAsFarAsItIsGood) {
  auto one = open("lb1", cluster_);
  {
    Proxy proxy(*one);
    proxy.declare("app");
    ASSERT_TRUE(proxy.gets_synced());
    proxy.change_many(10000);
    ASSERT_TRUE(wait_until([&] { return one->figures().entries == 10000; }));
  }
  one->stop();
  std::filesystem::resize_file(dir_.file("lb1-tables"), 200000);
  one = open("lb1", cluster_);
  EXPECT_GE(one->figures().entries, 4000U);
  EXPECT_LT(one->figures().entries, 10000U);
}

}  // namespace
}  // namespace wslb::agent
