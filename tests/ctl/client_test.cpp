// The end of wslbctl against something at the socket that is no agent of ours, or hangs.
#include "ctl/client.h"

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace wslb::ctl {
namespace {

using testing::HasSubstr;

// Listens at a path of its own and gives its one client these bytes, then waits for him to go.
class Answering {
 public:
  explicit Answering(const std::string& bytes) {
    std::string folder = "/tmp/wslbctl-test-XXXXXX";
    folder_ = ::mkdtemp(folder.data()) != nullptr ? folder : "";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto* const name = reinterpret_cast<const sockaddr*>(&address);
    EXPECT_EQ(::bind(fd_, name, sizeof address), 0);
    EXPECT_EQ(::listen(fd_, 4), 0);
    thread_ = std::thread([this, bytes] {
      const int client = ::accept(fd_, nullptr, nullptr);
      char byte = 0;
      if (::read(client, &byte, 1) == 1) {
        EXPECT_EQ(::write(client, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
      }
      while (::read(client, &byte, 1) == 1) continue;
      ::close(client);
    });
  }
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;
  ~Answering() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
    ::unlink(path().c_str());
    ::rmdir(folder_.c_str());
  }

  [[nodiscard]] std::string path() const { return folder_ + "/ctl.sock"; }

 private:
  std::string folder_;
  int fd_ = -1;
  std::thread thread_;
};

// The error of a question for the version, empty: it was answered.
std::string asked_of(const std::string& bytes) {
  Answering agent(bytes);
  auto client = Client::connect(agent.path());
  if (!client) return client.error().message;
  proto::ControlRequest request;
  request.mutable_version();
  const auto begin = std::chrono::steady_clock::now();
  const auto response = client->ask(request);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1500));
  return response ? "" : response.error().message;
}

std::string framed(const std::string& payload) {
  return std::string{'\0', '\0', '\0', static_cast<char>(payload.size())} + payload;
}

TEST(Client, TakesAnAnswer) {
  proto::ControlResponse response;
  response.mutable_version()->set_version("1.0");
  EXPECT_EQ(asked_of(framed(response.SerializeAsString())), "");
}

TEST(Client, TellsWhoIsNoAgentFromOneThatHangs) {
  EXPECT_THAT(asked_of("HTTP/1.1 400 Bad Request\r\n\r\n"), HasSubstr("is no wslb-agent that"));
  EXPECT_THAT(asked_of(framed("\xff\xff\xff")), HasSubstr("is no wslb-agent that"));
  EXPECT_THAT(asked_of(""), HasSubstr("does not answer, it hangs"));
  EXPECT_THAT(asked_of(framed("half of it").substr(0, 7)), HasSubstr("it hangs"));
}

TEST(Client, SaysWhatToDo) {
  const auto nobody = Client::connect("/nowhere/ctl.sock");
  ASSERT_FALSE(nobody);
  EXPECT_THAT(nobody.error().message, HasSubstr("systemctl status wslb-agent"));
  EXPECT_FALSE(Client::connect("/" + std::string(200, 'x')));
}

}  // namespace
}  // namespace wslb::ctl
