// The control sockets as a client sees them: a blocking socket in this thread, the server's loop
// in steps between.
#include "agent/control.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "agent/control_frame.h"
#include "agent/file_descriptor.h"
#include "tests/agent/shell/temporary_dir.h"

namespace wslb::agent {
namespace {

class ControlTest : public testing::Test {
 protected:
  void SetUp() override {
    service_.status = [] {
      proto::Status status;
      status.set_node("lb1");
      return status;
    };
    service_.failover = [this](const proto::FailoverRequest& request) {
      failovers_.push_back(request.vrrp());
      return failover_result_;
    };
    open(Access::ReadWrite);
  }

  void open(Access access) {
    server_.reset();
    auto opened = ControlServer::open(io_, path_, access, service_);
    ASSERT_TRUE(opened) << opened.error().message;
    server_ = std::move(*opened);
  }

  FileDescriptor connect() {
    FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    settle();
    return fd;
  }

  // Lets the server do all it can do now.
  void settle() {
    io_.restart();
    while (io_.poll() > 0) {
    }
  }

  void send(const FileDescriptor& client, const std::string& bytes) {
    ASSERT_EQ(::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    settle();
  }

  static std::string frame(const proto::ControlRequest& request) {
    return encode_frame(request.SerializeAsString());
  }

  // Every response that has arrived; `closed_` tells whether the server hung up after it.
  std::vector<proto::ControlResponse> receive(const FileDescriptor& client) {
    FrameReader reader;
    char chunk[65536];
    ssize_t bytes = 0;
    while ((bytes = ::recv(client.get(), chunk, sizeof chunk, 0)) > 0) {
      reader.append({chunk, static_cast<std::size_t>(bytes)});
      settle();
    }
    closed_ = bytes == 0 || errno != EAGAIN;
    std::vector<proto::ControlResponse> responses;
    while (const auto one = reader.next())
      EXPECT_TRUE(responses.emplace_back().ParseFromString(*one));
    return responses;
  }

  static proto::ControlRequest events_request(bool follow, std::uint64_t after = 0) {
    proto::ControlRequest request;
    request.mutable_events()->set_follow(follow);
    request.mutable_events()->set_after_seq(after);
    return request;
  }

  void log_event(const std::string& text) {
    events_.append("proxy", "proxy", text, std::chrono::system_clock::time_point());
  }

  TemporaryDir dir_;
  std::string path_ = dir_.file("ctl.sock");
  EventLog events_;
  boost::asio::io_context io_;
  core::CommandResult failover_result_{true, {"public: given up"}};
  std::vector<std::string> failovers_;
  ControlService service_{"0.1.0", events_, {}, {}};
  std::unique_ptr<ControlServer> server_;
  bool closed_ = false;
};

TEST_F(ControlTest, AnswersRequestsInTheirOrder) {
  const auto client = connect();
  proto::ControlRequest status;
  status.mutable_status();
  proto::ControlRequest version;
  version.mutable_version();
  send(client, frame(status) + frame(version));
  const auto responses = receive(client);
  ASSERT_EQ(responses.size(), 2U);
  EXPECT_EQ(responses[0].status().node(), "lb1");
  EXPECT_EQ(responses[1].version().version(), "0.1.0");
  EXPECT_FALSE(closed_);
}

TEST_F(ControlTest, PassesAFailoverOnAndItsRefusalBack) {
  const auto client = connect();
  proto::ControlRequest request;
  request.mutable_failover()->set_vrrp("public");
  send(client, frame(request));
  ASSERT_EQ(receive(client).at(0).failover().lines(0), "public: given up");
  failover_result_ = {false, {"there is no such section"}};
  send(client, frame(request));
  EXPECT_EQ(receive(client).at(0).refusal().reason(), "there is no such section");
  EXPECT_EQ(failovers_, (std::vector<std::string>{"public", "public"}));
}

TEST_F(ControlTest, RefusesCommandsOnTheReadingSocket) {
  open(Access::ReadOnly);
  const auto client = connect();
  proto::ControlRequest request;
  request.mutable_failover();
  send(client, frame(request));
  EXPECT_TRUE(receive(client).at(0).has_refusal());
  EXPECT_TRUE(failovers_.empty());
}

TEST_F(ControlTest, AnswersLaterWhatTakesAMoment) {
  ControlService::Answer answer;
  service_.ask = [&](const proto::ControlRequest& request, unsigned, ControlService::Answer later) {
    EXPECT_EQ(request.tunnels().after(), 7U);
    answer = std::move(later);
  };
  const auto client = connect();
  proto::ControlRequest request;
  request.mutable_tunnels()->set_after(7);
  send(client, frame(request));
  EXPECT_TRUE(receive(client).empty());
  proto::ControlResponse response;
  response.mutable_traffic()->set_total(3);
  answer(response);
  settle();
  EXPECT_EQ(receive(client).at(0).traffic().total(), 3U);
}

TEST_F(ControlTest, WhoMayOnlyReadChangesNothing) {
  service_.ask = [](const auto&, unsigned, const auto&) { FAIL() << "it was passed on"; };
  open(Access::ReadOnly);
  const auto client = connect();
  std::vector<proto::ControlRequest> requests(4);
  requests[0].mutable_drain()->set_on(true);
  requests[1].mutable_server()->set_backend("app");
  requests[2].mutable_reload();
  requests[3].mutable_failover();
  for (const proto::ControlRequest& request : requests) {
    send(client, frame(request));
    EXPECT_TRUE(receive(client).at(0).has_refusal()) << request.ShortDebugString();
  }
}

TEST_F(ControlTest, TellsWhoGivesAnOrder) {
  unsigned user = 4711;
  service_.ask = [&](const proto::ControlRequest& request, unsigned by,
                     const ControlService::Answer& later) {
    EXPECT_TRUE(request.drain().on());
    user = by;
    proto::ControlResponse response;
    response.mutable_done()->add_lines("done");
    later(response);
  };
  const auto client = connect();
  proto::ControlRequest request;
  request.mutable_drain()->set_on(true);
  send(client, frame(request));
  EXPECT_EQ(receive(client).at(0).done().lines(0), "done");
  EXPECT_EQ(user, ::geteuid());
}

TEST_F(ControlTest, HangsUpOnGarbage) {
  for (const std::string& garbage :
       {std::string("GET / HTTP/1.1\r\n\r\n"), encode_frame("\xff\xff\xff")}) {
    const auto client = connect();
    send(client, garbage);
    EXPECT_TRUE(receive(client).empty());
    EXPECT_TRUE(closed_);
  }
}

TEST_F(ControlTest, SaysThatItDoesNotKnowACommand) {
  const auto client = connect();
  send(client, frame(proto::ControlRequest()));
  EXPECT_TRUE(receive(client).at(0).has_refusal());
}

TEST_F(ControlTest, ListsEventsAndEnds) {
  log_event("up");
  log_event("down");
  const auto client = connect();
  send(client, frame(events_request(false, 1)));
  const auto responses = receive(client);
  ASSERT_EQ(responses.size(), 2U);
  EXPECT_EQ(responses[0].event().text(), "down");
  EXPECT_TRUE(responses[1].has_events_end());
}

TEST_F(ControlTest, FollowersGetEachEventOnceAndInOrder) {
  log_event("before");
  const auto client = connect();
  send(client, frame(events_request(true)));
  EXPECT_EQ(receive(client).size(), 1U);
  for (int i = 0; i < 200; ++i) log_event(std::to_string(i));
  settle();
  const auto responses = receive(client);
  ASSERT_EQ(responses.size(), 200U);
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(responses[static_cast<std::size_t>(i)].event().text(), std::to_string(i));
  }
}

TEST_F(ControlTest, AFollowerThatDoesNotReadMissesEventsAndCostsNothing) {
  const auto client = connect();
  send(client, frame(events_request(true)));
  const std::string long_text(2000, 'x');
  for (int i = 0; i < 20000; ++i) {
    log_event(long_text);
    if (i % 100 == 0) settle();
  }
  std::uint64_t last = 0;
  std::size_t count = 0;
  for (const auto& response : receive(client)) {
    EXPECT_GT(response.event().seq(), last);
    last = response.event().seq();
    ++count;
  }
  EXPECT_EQ(last, 20000U);
  EXPECT_LT(count, 20000U);
}

TEST_F(ControlTest, HangsUpOnTooManyClientsAndTakesNewOnesWhenOthersLeave) {
  std::vector<FileDescriptor> clients;
  for (long i = 0; i < ControlServer::kSessionsMax; ++i) clients.push_back(connect());
  const auto one_too_many = connect();
  EXPECT_TRUE(receive(one_too_many).empty());
  EXPECT_TRUE(closed_);
  clients.pop_back();
  settle();
  const auto next = connect();
  proto::ControlRequest request;
  request.mutable_version();
  send(next, frame(request));
  EXPECT_EQ(receive(next).size(), 1U);
}

TEST_F(ControlTest, OneUserCannotTakeAllPlacesOfTheReadingSocket) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs the right to be another user";
  open(Access::ReadOnly);
  ::chmod(dir_.file("").c_str(), 0711);
  std::vector<FileDescriptor> clients;
  ASSERT_EQ(::seteuid(65534), 0);
  for (long i = 0; i <= ControlServer::kUserSessionsMax; ++i) {
    FileDescriptor& fd = clients.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ASSERT_EQ(::seteuid(0), 0);
  settle();
  receive(clients.front());
  EXPECT_FALSE(closed_);
  receive(clients.back());
  EXPECT_TRUE(closed_);
  const auto mine = connect();
  receive(mine);
  EXPECT_FALSE(closed_);
}

TEST_F(ControlTest, ItsSocketsHaveTheirPermissions) {
  const auto mode = [this] {
    struct stat status {};
    ::stat(path_.c_str(), &status);
    return status.st_mode & 0777U;
  };
  EXPECT_EQ(mode(), 0660U);
  open(Access::ReadOnly);
  EXPECT_EQ(mode(), 0666U);
}

}  // namespace
}  // namespace wslb::agent
