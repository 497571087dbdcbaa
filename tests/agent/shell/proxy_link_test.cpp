// The link as a proxy sees it: a forked child plays the proxy where its death matters.
#include "agent/proxy_link.h"

#include <array>
#include <csignal>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "agent/packet_socket.h"
#include "proto/proxy.pb.h"
#include "tests/agent/shell/temporary_dir.h"

namespace wslb::agent {
namespace {

using namespace std::chrono_literals;

std::string hello(std::uint32_t protocol = 1) {
  proto::ProxyToAgent message;
  message.mutable_hello()->set_protocol(protocol);
  return message.SerializeAsString();
}

std::string ready() {
  proto::ProxyToAgent message;
  message.mutable_ready();
  return message.SerializeAsString();
}

class ProxyLinkTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = ProxyLink::open(
        io_, path_, "lb1",
        {.on_ready =
             [this](std::int32_t pid) { events_.push_back("ready " + std::to_string(pid)); },
         .on_lost =
             [this](const std::string& why, bool died) {
               events_.push_back(why);
               died_ = died;
             }});
    ASSERT_TRUE(opened) << opened.error().message;
    link_ = std::move(*opened);
  }

  [[nodiscard]] FileDescriptor connect() const {
    FileDescriptor fd(::socket(AF_UNIX, SOCK_SEQPACKET, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
  }

  static void send(const FileDescriptor& proxy, const std::string& message) {
    ::send(proxy.get(), message.data(), message.size(), MSG_NOSIGNAL);
  }

  // Runs the loop until there are `count` events, two seconds at most.
  void wait_for_events(std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + 2s;
    while (events_.size() < count && std::chrono::steady_clock::now() < end) {
      io_.restart();
      io_.run_one_for(20ms);
    }
  }

  void settle() {
    io_.restart();
    while (io_.poll() > 0) {
    }
  }

  // A child that is a ready proxy until it is killed.
  [[nodiscard]] pid_t fork_proxy(int sockets = 0) const {
    const pid_t pid = ::fork();
    if (pid == 0) {
      for (int i = 0; i < sockets; ++i) ::socket(AF_INET, SOCK_STREAM, 0);
      const FileDescriptor proxy = connect();
      send(proxy, hello());
      send(proxy, ready());
      for (;;) ::pause();
    }
    return pid;
  }

  TemporaryDir dir_;
  std::string path_ = dir_.file("agent.sock");
  boost::asio::io_context io_;
  std::vector<std::string> events_;
  bool died_ = false;  // as it was told last
  std::unique_ptr<ProxyLink> link_;
  const std::string self_ = std::to_string(::getpid());
};

TEST_F(ProxyLinkTest, GreetsAProxyAndCountsItOnceItIsReady) {
  const auto proxy = connect();
  send(proxy, hello());
  settle();
  EXPECT_TRUE(link_->connected());
  EXPECT_TRUE(events_.empty());
  char answer[128];
  const ssize_t bytes = ::recv(proxy.get(), answer, sizeof answer, MSG_DONTWAIT);
  proto::AgentToProxy message;
  ASSERT_TRUE(bytes > 0 && message.ParseFromArray(answer, static_cast<int>(bytes)));
  EXPECT_EQ(message.hello().node(), "lb1");
  send(proxy, ready());
  settle();
  EXPECT_EQ(events_, std::vector{"ready " + self_});
}

TEST_F(ProxyLinkTest, AsksAndPassesTheAnswerOn) {
  std::vector<std::string> answers;
  const auto note = [&](const base::Result<proto::TrafficAnswer>& answer) {
    answers.push_back(answer ? std::to_string(answer->total()) : answer.error().message);
  };
  proto::ProxyQuestion question;
  question.mutable_traffic();
  link_->ask(question, note);
  EXPECT_EQ(answers, std::vector<std::string>{"no proxy is up that could answer"});
  answers.clear();
  const auto proxy = connect();
  send(proxy, hello());
  send(proxy, ready());
  settle();
  for (int i = 0; i < 3; ++i) link_->ask(question, note);
  char bytes[4096];
  proto::AgentToProxy asked;
  ::recv(proxy.get(), bytes, sizeof bytes, MSG_DONTWAIT);  // the hello
  for (int i = 0; i < 2; ++i) {
    const ssize_t size = ::recv(proxy.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    ASSERT_TRUE(size > 0 && asked.ParseFromArray(bytes, static_cast<int>(size)));
    proto::ProxyToAgent message;
    message.mutable_answer()->set_id(asked.question().id());
    if (i == 0) message.mutable_answer()->mutable_traffic()->set_total(7);
    if (i == 1) message.mutable_answer()->set_refusal("No such server");
    send(proxy, message.SerializeAsString());
    send(proxy, message.SerializeAsString());  // twice is once
    settle();
  }
  EXPECT_EQ(answers, (std::vector<std::string>{"7", "No such server"}));
  ::shutdown(proxy.get(), SHUT_RDWR);
  settle();
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(answers.back(), "the proxy has gone without an answer");
}

TEST_F(ProxyLinkTest, AProxyThatDoesNotAnswerIsNotWaitedForLong) {
  const auto proxy = connect();
  send(proxy, hello());
  send(proxy, ready());
  settle();
  std::string answer;
  proto::ProxyQuestion question;
  question.mutable_tunnels();
  link_->ask(question, [&](const auto& given) { answer = given.error().message; });
  const auto end = std::chrono::steady_clock::now() + 900ms;
  while (answer.empty() && std::chrono::steady_clock::now() < end) io_.run_one_for(20ms);
  EXPECT_EQ(answer, "the proxy does not answer; it hangs, or is older than this agent");
}

TEST_F(ProxyLinkTest, KeepsTheSettingsOfServersForTheNextProxy) {
  {
    const auto proxy = connect();
    send(proxy, hello());
    send(proxy, ready());
    proto::ProxyToAgent message;
    auto& setting = *message.mutable_settings()->add_settings();
    setting.set_backend("app");
    setting.set_server("s1");
    setting.set_state("maint");
    send(proxy, message.SerializeAsString());
    settle();
  }
  settle();
  const auto next = connect();
  send(next, hello());
  settle();
  char bytes[4096];
  const ssize_t size = ::recv(next.get(), bytes, sizeof bytes, MSG_DONTWAIT);
  proto::AgentToProxy greeting;
  ASSERT_TRUE(size > 0 && greeting.ParseFromArray(bytes, static_cast<int>(size)));
  EXPECT_TRUE(greeting.hello().keeps_settings());
  ASSERT_EQ(greeting.hello().settings().settings_size(), 1);
  EXPECT_EQ(greeting.hello().settings().settings(0).state(), "maint");
}

TEST_F(ProxyLinkTest, AKilledProcessHasDiedHoweverManyDescriptorsItHas) {
  for (int i = 0; i < 20; ++i) {
    events_.clear();
    const pid_t pid = fork_proxy(1000);
    wait_for_events(1);
    ::kill(pid, SIGKILL);
    wait_for_events(2);
    ::waitpid(pid, nullptr, 0);
    ASSERT_EQ(events_.size(), 2U);
    ASSERT_EQ(events_[1], "process " + std::to_string(pid) + " died");
    ASSERT_TRUE(died_);
  }
}

// It may go on as another program in the same process, whose pidfd tells nothing.
TEST_F(ProxyLinkTest, OneThatSaysThatItLeavesHasASuccessor) {
  auto proxy = connect();
  send(proxy, hello());
  send(proxy, ready());
  proto::ProxyToAgent leaving;
  leaving.mutable_leaving();
  send(proxy, leaving.SerializeAsString());
  proxy = FileDescriptor();
  wait_for_events(2);
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_EQ(events_[1], "process " + self_ + " left its place to another one");
  EXPECT_TRUE(died_);
}

TEST_F(ProxyLinkTest, ReloadsAreAnsweredByTheProxyOrByItsEnd) {
  std::vector<std::vector<std::string>> answers;
  const auto note = [&answers](const std::vector<std::string>& errors) {
    answers.push_back(errors);
  };
  link_->reload(false, note);
  ASSERT_EQ(answers.size(), 1U) << "nobody is there";
  EXPECT_FALSE(answers[0].empty());
  auto proxy = connect();
  send(proxy, hello());
  send(proxy, ready());
  settle();
  link_->reload(true, note);
  char packet[128];
  proto::AgentToProxy order;
  for (int i = 0; i < 2; ++i) {  // the answer to its hello, and the order
    const ssize_t bytes = ::recv(proxy.get(), packet, sizeof packet, MSG_DONTWAIT);
    ASSERT_TRUE(bytes > 0 && order.ParseFromArray(packet, static_cast<int>(bytes)));
  }
  EXPECT_TRUE(order.reload().hard());
  proto::ProxyToAgent answer;
  answer.mutable_reloaded()->set_id(order.reload().id());
  answer.mutable_reloaded()->add_errors("wslb.cfg:1: no");
  send(proxy, answer.SerializeAsString());
  settle();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[1], std::vector<std::string>{"wslb.cfg:1: no"});
  send(proxy, answer.SerializeAsString());  // nobody has asked twice
  settle();
  link_->reload(false, note);
  proxy = FileDescriptor();
  wait_for_events(2);
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(answers[2], std::vector<std::string>{"the proxy has gone without an answer"});
}

TEST_F(ProxyLinkTest, HandsTheStreamsOverInTheirOrder) {
  for (const bool sticky : {false, true}) {
    for (const bool vault : {false, true}) {
      link_.reset();
      const auto made_of = [](FileDescriptor& end) {
        return [&end]() -> base::Result<FileDescriptor> {
          auto made = make_packet_sockets();
          end = std::move(made->ours);
          return std::move(made->theirs);
        };
      };
      FileDescriptor sticky_end;
      FileDescriptor vault_end;
      ProxyLink::Handlers handlers;
      if (sticky) handlers.make_sticky_stream = made_of(sticky_end);
      if (vault) handlers.make_vault_stream = made_of(vault_end);
      auto opened = ProxyLink::open(io_, path_, "lb1", handlers);
      ASSERT_TRUE(opened);
      link_ = std::move(*opened);
      const auto proxy = connect();
      send(proxy, hello());
      settle();
      std::array<std::uint8_t, 256> answer;
      const ReceivedPacket packet = receive_packet(proxy.get(), answer);
      proto::AgentToProxy message;
      ASSERT_TRUE(message.ParseFromArray(answer.data(), static_cast<int>(packet.bytes)));
      EXPECT_EQ(message.hello().has_sticky_stream(), sticky);
      EXPECT_EQ(message.hello().has_vault_stream(), vault);
      ASSERT_EQ(packet.descriptors.size(), (sticky ? 1U : 0U) + (vault ? 1U : 0U));
      std::size_t next = 0;
      for (const FileDescriptor* const end : {&sticky_end, &vault_end}) {
        if (!*end) continue;
        ASSERT_TRUE(send_packet(packet.descriptors[next++].get(), "x", {}));
        EXPECT_EQ(receive_packet(end->get(), answer).bytes, 1);
      }
    }
  }
}

TEST_F(ProxyLinkTest, TellsTheTunnelsThatAreOpen) {
  const auto proxy = connect();
  proto::ProxyToAgent report;
  report.mutable_report()->set_tunnels(42);
  send(proxy, hello());
  send(proxy, report.SerializeAsString());
  settle();
  EXPECT_EQ(link_->tunnels(), 42U);
}

TEST_F(ProxyLinkTest, TheDeathOfTheProcessIsNewsAtOnce) {
  const pid_t pid = fork_proxy();
  wait_for_events(1);
  ASSERT_EQ(events_, std::vector{"ready " + std::to_string(pid)});
  ::kill(pid, SIGKILL);
  wait_for_events(2);
  ::waitpid(pid, nullptr, 0);
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_EQ(events_[1], "process " + std::to_string(pid) + " died");
  EXPECT_TRUE(died_);
  EXPECT_FALSE(link_->connected());
}

TEST_F(ProxyLinkTest, ADeadProcessIsNoticedThoughAnotherHoldsItsSocket) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    const FileDescriptor proxy = connect();
    send(proxy, hello());
    if (::fork() == 0) {  // keeps the descriptor open
      char byte = 0;
      ::close(pipe[1]);
      std::ignore = ::read(pipe[0], &byte, 1);
      ::_exit(0);
    }
    send(proxy, ready());  // last: it makes the test go on
    for (;;) ::pause();
  }
  wait_for_events(1);
  ::kill(pid, SIGKILL);
  wait_for_events(2);
  ::waitpid(pid, nullptr, 0);
  ::close(pipe[1]);
  ::close(pipe[0]);
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_EQ(events_[1], "process " + std::to_string(pid) + " died");
}

TEST_F(ProxyLinkTest, AClosedLinkIsALostProxyAndTheNextOneIsWelcome) {
  {
    const auto proxy = connect();
    send(proxy, hello());
    send(proxy, ready());
    settle();
  }
  settle();
  EXPECT_EQ(events_.back(), "process " + self_ + " closed its link");
  EXPECT_FALSE(died_);
  const auto next = connect();
  send(next, hello());
  send(next, ready());
  settle();
  EXPECT_EQ(events_.size(), 3U);
}

TEST_F(ProxyLinkTest, RefusesASecondProxy) {
  const auto first = connect();
  send(first, hello());
  send(first, ready());
  settle();
  const auto second = connect();
  settle();
  char byte = 0;
  EXPECT_EQ(::recv(second.get(), &byte, 1, MSG_DONTWAIT), 0);
  EXPECT_EQ(link_->counters().refused, 1U);
  EXPECT_TRUE(link_->connected());
}

TEST_F(ProxyLinkTest, HangsUpOnGarbageAndCountsIt) {
  std::uint64_t garbage = 0;
  for (const std::string& message : {std::string("GET / HTTP/1.1\r\n\r\n"), std::string("\xff"),
                                     ready(), hello(7), std::string(70000, 'x')}) {
    const auto proxy = connect();
    send(proxy, message);
    settle();
    EXPECT_FALSE(link_->connected());
    EXPECT_EQ(link_->counters().garbage, ++garbage);
  }
  EXPECT_TRUE(events_.empty());
}

TEST_F(ProxyLinkTest, AProxyThatIsSilentForASecondIsLostUntilItSpeaksAgain) {
  const auto proxy = connect();
  proto::ProxyToAgent report;
  report.mutable_report();
  send(proxy, hello());
  send(proxy, ready());
  for (int i = 0; i < 15; ++i) {
    send(proxy, report.SerializeAsString());
    io_.restart();
    io_.run_for(100ms);
  }
  ASSERT_EQ(events_.size(), 1U);
  const auto silent_since = std::chrono::steady_clock::now();
  wait_for_events(2);
  const auto silent = std::chrono::steady_clock::now() - silent_since;
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_EQ(events_[1], "process " + self_ + " does not answer");
  EXPECT_FALSE(died_);
  EXPECT_GT(silent, 700ms);
  EXPECT_LT(silent, 1500ms);
  EXPECT_TRUE(link_->connected() && link_->hangs());
  send(proxy, report.SerializeAsString());
  settle();
  ASSERT_EQ(events_.size(), 3U);
  EXPECT_EQ(events_[2], "ready " + self_);
  EXPECT_FALSE(link_->hangs());
}

TEST_F(ProxyLinkTest, AStallOfTheAgentIsNoSilenceOfTheProxy) {
  const auto proxy = connect();
  proto::ProxyToAgent report;
  report.mutable_report();
  send(proxy, hello());
  send(proxy, ready());
  settle();
  ::usleep(1'500'000);
  settle();
  EXPECT_EQ(events_.size(), 1U) << "it gets its time after the stall";
}

TEST_F(ProxyLinkTest, HangsUpOnAProxyThatIsNotReadyInTime) {
  const auto proxy = connect();
  send(proxy, hello());
  settle();
  ASSERT_TRUE(link_->connected());
  io_.restart();
  io_.run_for(1300ms);
  EXPECT_FALSE(link_->connected());
  EXPECT_TRUE(events_.empty());
}

}  // namespace
}  // namespace wslb::agent
