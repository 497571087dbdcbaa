#include "ctl/client.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"

namespace wslb::ctl {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kHeaderBytes = 4;
constexpr std::uint32_t kResponseBytesMax = 1U << 20U;

base::Error unreachable(const std::string& path, int code) {
  const std::string what = "cannot reach wslb-agent at " + path + ": " + std::strerror(code);
  if (code == ENOENT || code == ECONNREFUSED) {
    return {what + "; does it run? See 'systemctl status wslb-agent'"};
  }
  if (code == EACCES) return {what + "; it needs root (sudo) or the socket's group, wslb"};
  if (code == EAGAIN) {
    return {"wslb-agent at " + path +
            " does not answer, it hangs; see 'journalctl -u wslb-agent', then 'systemctl restart "
            "wslb-agent'"};
  }
  return {what};
}

// False: the time was over first. nullopt waits for ever.
bool wait_readable(int fd, std::optional<Clock::time_point> deadline) {
  for (;;) {
    int milliseconds = -1;
    if (deadline) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now());
      milliseconds = static_cast<int>(std::max<std::int64_t>(0, left.count()));
    }
    pollfd waited{.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waited, 1, milliseconds);
    if (ready > 0) return true;
    if (ready == 0) return false;
  }
}

}  // namespace

base::Result<Client> Client::connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return unreachable(path, ENAMETOOLONG);
  std::ranges::copy(path, address.sun_path);
  Client client(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), path);
  if (::connect(client.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return unreachable(path, errno);
  }
  return client;
}

Client::Client(Client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      input_(std::move(other.input_)) {}

Client::~Client() {
  if (fd_ >= 0) ::close(fd_);
}

base::Error Client::hangs() const {
  return unreachable(path_, EAGAIN);
}

base::Error Client::hung_up() const {
  return {"wslb-agent at " + path_ + " hung up; see 'journalctl -u wslb-agent'"};
}

base::Error Client::stranger() const {
  return {"what answers at " + path_ +
          " is no wslb-agent that this wslbctl (" WSLB_VERSION
          ") understands; after an upgrade: 'systemctl restart wslb-agent'"};
}

int Client::peer_pid() const {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  const int code = ::getsockopt(fd_, SOL_SOCKET, SO_PEERCRED, &credentials, &size);
  return code == 0 ? credentials.pid : 0;
}

base::Result<proto::ControlResponse> Client::ask(const proto::ControlRequest& request) {
  if (const auto sent = send(request); !sent) return sent.error();
  auto received = receive(kPatience);
  if (!received) return received.error();
  if (!*received) return hangs();
  return std::move(**received);
}

base::Result<void> Client::send(const proto::ControlRequest& request) {
  const std::string payload = request.SerializeAsString();
  base::ByteWriter header;
  header.u32(static_cast<std::uint32_t>(payload.size()));
  std::string frame(header.bytes().begin(), header.bytes().end());
  frame += payload;
  // A request is small: a fresh socket's buffer takes it whole.
  const ssize_t sent = ::send(fd_, frame.data(), frame.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(frame.size())) return hung_up();
  return {};
}

std::optional<std::string> Client::take_frame() {
  if (input_.size() < kHeaderBytes) return std::nullopt;
  base::ByteReader reader({reinterpret_cast<const std::uint8_t*>(input_.data()), input_.size()});
  const std::uint32_t length = reader.u32();
  if (reader.remaining() < length) return std::nullopt;
  std::string frame = input_.substr(kHeaderBytes, length);
  input_.erase(0, kHeaderBytes + length);
  return frame;
}

bool Client::announces_too_much() const {
  if (input_.size() < kHeaderBytes) return false;
  base::ByteReader reader({reinterpret_cast<const std::uint8_t*>(input_.data()), kHeaderBytes});
  return reader.u32() > kResponseBytesMax;
}

base::Result<std::optional<proto::ControlResponse>> Client::receive(
    std::optional<std::chrono::milliseconds> patience) {
  std::optional<Clock::time_point> deadline;
  if (patience) deadline = Clock::now() + *patience;
  for (;;) {
    if (announces_too_much()) return stranger();
    if (const auto frame = take_frame()) {
      proto::ControlResponse response;
      if (!response.ParseFromString(*frame)) return stranger();
      return std::optional(std::move(response));
    }
    if (!wait_readable(fd_, deadline)) return std::optional<proto::ControlResponse>();
    std::array<char, 16384> chunk;
    const ssize_t received = ::recv(fd_, chunk.data(), chunk.size(), 0);
    if (received == 0 || (received < 0 && errno != EAGAIN && errno != EINTR)) return hung_up();
    if (received > 0) input_.append(chunk.data(), static_cast<std::size_t>(received));
  }
}

}  // namespace wslb::ctl
