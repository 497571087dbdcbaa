// A proxy's process is killed, and another one takes its connections over from the vault or comes
// too late: with real processes, and with the node that decides.
#include <array>
#include <csignal>
#include <cstdlib>

#include <boost/asio/io_context.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "agent/core/node.h"
#include "agent/local_proxy.h"
#include "agent/packet_socket.h"
#include "proto/proxy.pb.h"
#include "tests/agent/shell/temporary_dir.h"
#include "tests/agent/shell/vault_proxy.h"

namespace wslb::agent {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// --- In the processes ---------------------------------------------------------------------------

void say(int link, const proto::ProxyToAgent& message) {
  const std::string bytes = message.SerializeAsString();
  if (!send_packet(link, bytes, {})) ::_exit(1);
}

// Comes to the agent and gets its stream to the vault.
VaultProxy join(int link, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (::connect(link, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) ::_exit(1);
  proto::ProxyToAgent hello;
  hello.mutable_hello()->set_protocol(1);
  say(link, hello);
  pollfd wait{.fd = link, .events = POLLIN, .revents = 0};
  ::poll(&wait, 1, 5000);
  std::array<std::uint8_t, 256> buffer;
  ReceivedPacket packet = receive_packet(link, buffer);
  if (packet.descriptors.size() != 1) ::_exit(1);
  VaultProxy vault(std::move(packet.descriptors[0]));
  if (!vault.receive_all()) ::_exit(1);
  return vault;
}

[[noreturn]] void serve(int link) {
  proto::ProxyToAgent message;
  message.mutable_ready();
  say(link, message);
  message.mutable_report();
  for (;;) {
    say(link, message);
    ::usleep(50'000);
  }
}

// Serves one client on `listener`.
[[noreturn]] void play_first(const std::string& path, const FileDescriptor& listener) {
  const int link = ::socket(AF_UNIX, SOCK_SEQPACKET, 0);
  VaultProxy vault = join(link, path);
  const FileDescriptor client(::accept(listener.get(), nullptr, nullptr));
  vault.send_arena(::memfd_create("arena", MFD_CLOEXEC));
  vault.send_keep({7}, {client.get()});
  serve(link);
}

// Goes on with the client of the first.
[[noreturn]] void play_second(const std::string& path) {
  const int link = ::socket(AF_UNIX, SOCK_SEQPACKET, 0);
  VaultProxy vault = join(link, path);
  if (vault.kept[7].size() != 1) ::_exit(1);
  ::send(vault.kept[7][0].get(), "back", 4, MSG_NOSIGNAL);
  serve(link);
}

// --- In the agent -------------------------------------------------------------------------------

class VaultSuccessionTest : public testing::Test {
 protected:
  explicit VaultSuccessionTest(base::Duration takeover_after = 300ms) {
    config_.cluster.emplace();
    config_.cluster->takeover_after = takeover_after;
  }

  // Both processes are there before the vault's thread is.
  void SetUp() override {
    listener_ = listen_tcp();
    first_ = fork_process([this] { play_first(path_, listener_); }, first_starter_);
    second_ = fork_process([this] { play_second(path_); }, second_starter_);
    client_ = FileDescriptor(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    socklen_t length = sizeof address;
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length);
    ASSERT_EQ(::connect(client_.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
    listener_ = {};
    open_agent();
    first_starter_ = {};
    ASSERT_TRUE(run_until([this] { return node_->status(steady_clock::now()).proxy.up; }));
    ASSERT_TRUE(run_until([this] { return kept() == 1; }));
  }

  void TearDown() override {
    for (const pid_t pid : {first_, second_}) {
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
  }

  // It begins when its starter is closed.
  template <typename Play>
  pid_t fork_process(Play play, FileDescriptor& starter) {
    std::array<int, 2> pipe{};
    EXPECT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
      char byte = 0;
      ::close(pipe[1]);
      first_starter_ = {};
      std::ignore = ::read(pipe[0], &byte, 1);
      play();
    }
    ::close(pipe[0]);
    starter = FileDescriptor(pipe[1]);
    return pid;
  }

  void open_agent() {
    config_.cluster->nodes = {{"lb1", *base::IpAddress::parse("10.0.0.11"), {}}};
    node_ = std::make_unique<core::Node>(config_, "lb1");
    auto run_dir = RunDir::open(dir_.file("run"));
    ASSERT_TRUE(run_dir);
    run_dir_ = std::make_unique<RunDir>(std::move(*run_dir));
    auto opened = LocalProxy::open(
        io_, *config_.cluster, *run_dir_, "lb1",
        {.on_ready =
             [this](std::int32_t pid) {
               feed(core::ProxyChanged{.up = true, .pid = pid, .reason = ""});
             },
         .on_lost =
             [this](const std::string& reason, bool kept) {
               feed(core::ProxyChanged{.up = false, .pid = 0, .reason = reason, .kept = kept});
             },
         .on_kept_ended = [this] { feed(core::KeptEnded{}); }});
    ASSERT_TRUE(opened) << opened.error().message;
    proxy_ = std::move(*opened);
    feed(core::Start{});
  }

  void feed(const core::Input& input) { apply(node_->handle(input, steady_clock::now())); }

  void apply(const core::Effects& effects) {
    for (const core::Effect& effect : effects) {
      if (std::holds_alternative<core::EndKept>(effect)) {
        ended_before_ = sees_end(client_, 0ms);
        proxy_->end_kept();
      }
      if (const auto* event = std::get_if<core::Emit>(&effect)) {
        events_.push_back(event->text);
        ended_with_event_ = sees_end(client_, 0ms);
      }
    }
  }

  // Five seconds at most.
  template <typename Done>
  bool run_until(Done done) {
    const auto end = steady_clock::now() + 5s;
    while (!done() && steady_clock::now() < end) {
      const auto due = node_->next_expiry();
      if (due && *due <= steady_clock::now()) apply(node_->expire(steady_clock::now()));
      io_.restart();
      io_.run_one_for(1ms);
    }
    return done();
  }

  [[nodiscard]] std::uint64_t kept() const {
    ShellFigures figures;
    proxy_->report(figures);
    return figures.vault ? figures.vault->slots : 0;
  }

  TemporaryDir dir_;
  std::string path_ = dir_.file("run") + "/agent.sock";
  FileDescriptor listener_;
  FileDescriptor client_;
  FileDescriptor first_starter_;
  FileDescriptor second_starter_;
  pid_t first_ = 0;
  pid_t second_ = 0;
  config::Config config_;
  boost::asio::io_context io_;
  std::unique_ptr<core::Node> node_;
  std::unique_ptr<RunDir> run_dir_;
  std::unique_ptr<LocalProxy> proxy_;
  std::vector<std::string> events_;
  bool ended_before_ = false;      // the client's connection, when the time was over
  bool ended_with_event_ = false;  // and at the last event
};

// On a busy machine, too, the successor is in time.
struct PatientSuccessionTest : VaultSuccessionTest {
  PatientSuccessionTest() : VaultSuccessionTest(5s) {}
};

TEST_F(PatientSuccessionTest, ASuccessorInTimeGoesOnWithTheConnections) {
  events_.clear();
  ::kill(first_, SIGKILL);
  siginfo_t dead{};
  ::waitid(P_PID, static_cast<id_t>(first_), &dead, WEXITED | WNOWAIT);  // else it is refused
  second_starter_ = {};
  ASSERT_TRUE(run_until([this] { return !events_.empty(); }));
  const std::string text = "process " + std::to_string(first_) + " died; process " +
                           std::to_string(second_) + " goes on after ";
  EXPECT_TRUE(events_[0].starts_with(text)) << events_[0];
  std::array<char, 8> back{};
  EXPECT_EQ(::recv(client_.get(), back.data(), back.size(), 0), 4);
  EXPECT_EQ(std::string(back.data()), "back");
  const auto end = steady_clock::now() + 600ms;
  run_until([&] { return steady_clock::now() > end; });
  EXPECT_EQ(events_.size(), 1U);
  EXPECT_FALSE(sees_end(client_, 0ms));
  EXPECT_EQ(kept(), 1U);
  EXPECT_EQ(node_->status(steady_clock::now()).proxy.restarts, 1U);
}

TEST_F(VaultSuccessionTest, WithoutOneTheConnectionsEndWhenTheTimeIsOver) {
  events_.clear();
  const auto killed = steady_clock::now();
  ::kill(first_, SIGKILL);
  ASSERT_TRUE(run_until([this] { return !events_.empty(); }));
  EXPECT_GE(steady_clock::now() - killed, 300ms);
  EXPECT_FALSE(ended_before_) << "the connection ended before the time was over";
  EXPECT_TRUE(ended_with_event_) << "the client learns it before the VIP moves";
  EXPECT_EQ(events_[0], "down: process " + std::to_string(first_) +
                            " died, and no successor was ready within 300 ms");
  EXPECT_LT(steady_clock::now() - killed, 1s);
  EXPECT_EQ(kept(), 0U);
}

TEST_F(VaultSuccessionTest, AHangingProxyIsLostAtOnceAndItsConnectionsStay) {
  events_.clear();
  ::kill(first_, SIGSTOP);
  ASSERT_TRUE(run_until([this] { return !events_.empty(); }));
  EXPECT_EQ(events_[0], "down: process " + std::to_string(first_) + " does not answer");
  EXPECT_EQ(kept(), 1U);
  ::kill(first_, SIGCONT);
  ASSERT_TRUE(run_until([this] { return events_.size() > 1; }));
  EXPECT_EQ(events_[1], "up, process " + std::to_string(first_));
  EXPECT_FALSE(sees_end(client_, 20ms));
}

}  // namespace
}  // namespace wslb::agent
