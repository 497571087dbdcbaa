#include "agent/proxy_link.h"

#include <array>
#include <cstring>
#include <vector>

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include "agent/packet_socket.h"
#include "agent/pidfd.h"
#include "agent/process_table.h"
#include "agent/unix_listener.h"
#include "proto/proxy.pb.h"

namespace wslb::agent {
namespace {

constexpr std::uint32_t kProtocol = 1;
constexpr mode_t kSocketMode = 0660;
constexpr std::size_t kMessageBytesMax = 65536;
constexpr int kPacketsPerWakeUp = 64;
// Four beats without a word are too many. Beats rather than the time that has passed: when this
// process or the whole host was stopped, the proxy gets its second after that.
constexpr std::chrono::milliseconds kBeat{250};
constexpr int kSilentBeatsMax = 4;
// Until it is ready it takes back its sticky entries, and speaks meanwhile.
constexpr int kBeatsUntilReady = 40;
constexpr int kPeerPidfd = 77;  // SO_PEERPIDFD: Linux 6.5, newer than Debian 12's headers

// The peer's process. SO_PEERPIDFD cannot take a newer process for a dead one whose number it has.
FileDescriptor open_process(int socket, std::int32_t pid) {
  int fd = -1;
  socklen_t length = sizeof fd;
  if (::getsockopt(socket, SOL_SOCKET, kPeerPidfd, &fd, &length) == 0) return FileDescriptor(fd);
  return FileDescriptor(::pidfd_open(pid, 0));
}

// A stream that cannot be made, or is not wanted, is none.
FileDescriptor make(const std::function<base::Result<FileDescriptor>()>& make_stream) {
  if (!make_stream) return {};
  auto made = make_stream();
  if (made) return std::move(*made);
  spdlog::error("agent.sock: {}", made.error().message);
  return {};
}

}  // namespace

base::Result<std::unique_ptr<ProxyLink>> ProxyLink::open(boost::asio::io_context& io,
                                                         const std::string& socket_path,
                                                         std::string node, Handlers handlers) {
  auto listener = listen_unix(socket_path, SOCK_SEQPACKET, kSocketMode);
  if (!listener) return listener.error();
  return std::make_unique<ProxyLink>(io, std::move(*listener), std::move(node),
                                     std::move(handlers));
}

ProxyLink::ProxyLink(boost::asio::io_context& io, FileDescriptor listener, std::string node,
                     Handlers handlers)
    : io_(io),
      listener_(io, listener.release()),
      node_(std::move(node)),
      handlers_(std::move(handlers)),
      beat_(io),
      questions_(io) {
  wait_for_proxy();
}

void ProxyLink::wait_for_proxy() {
  listener_.async_wait(Descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    accept();
    wait_for_proxy();
  });
}

void ProxyLink::accept() {
  FileDescriptor socket(
      ::accept4(listener_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) return;
  // A successor may be quicker than the news of its predecessor's death.
  if (connection_ && process_is_dead()) lose("died", true);
  if (connection_) {
    ++counters_.refused;
    spdlog::warn("agent.sock: refused a second proxy; process {} is connected", connection_->pid);
    return;
  }
  ucred peer{};
  socklen_t length = sizeof peer;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return;
  FileDescriptor process = open_process(socket.get(), peer.pid);
  if (!process) return;  // dead already
  Connection connection{.socket = Descriptor(io_), .process = Descriptor(io_)};
  connection.pid = peer.pid;
  connection.id = ++last_id_;
  auto watched = watch(connection.socket, std::move(socket), "agent.sock: cannot watch the proxy");
  if (watched) {
    watched = watch(connection.process, std::move(process), "agent.sock: cannot watch a process");
  }
  if (!watched) return spdlog::error("{}", watched.error().message);
  connection_.emplace(std::move(connection));
  wait_for_message();
  wait_for_death();
  wait_for_beat();
}

void ProxyLink::wait_for_message() {
  connection_->socket.async_wait(
      Descriptor::wait_read, [this, id = connection_->id](const boost::system::error_code& error) {
        if (error || !connection_ || connection_->id != id) return;
        receive();
        if (connection_) wait_for_message();
      });
}

void ProxyLink::wait_for_death() {
  connection_->process.async_wait(
      Descriptor::wait_read, [this, id = connection_->id](const boost::system::error_code& error) {
        if (error || !connection_ || connection_->id != id) return;
        receive();  // its last words
        if (connection_) lose("died", true);
      });
}

void ProxyLink::wait_for_beat() {
  beat_.expires_after(kBeat);
  beat_.async_wait([this, id = connection_->id](const boost::system::error_code& error) {
    if (error || !connection_ || connection_->id != id) return;
    receive();  // what waits counts, however late this process is
    if (connection_) judge_silence();
    if (connection_) wait_for_beat();
  });
}

void ProxyLink::judge_silence() {
  const bool spoke = std::exchange(connection_->heard, false);
  connection_->silent_beats = spoke ? 0 : connection_->silent_beats + 1;
  if (!connection_->ready && ++connection_->beats > kBeatsUntilReady) {
    return lose("was not ready within 10 s and is hung up on");
  }
  if (connection_->silent_beats < kSilentBeatsMax || connection_->lost) return;
  if (!connection_->ready) return lose("was silent before it was ready and is hung up on");
  connection_->lost = true;
  refuse_open("the proxy does not answer");
  handlers_.on_lost("process " + std::to_string(connection_->pid) + " does not answer", false);
}

void ProxyLink::reload(bool hard, ReloadAnswer answer) {
  if (!is_up()) return answer({"no proxy is up that could"});
  proto::AgentToProxy message;
  const std::uint64_t id = ++last_id_;
  message.mutable_reload()->set_id(id);
  message.mutable_reload()->set_hard(hard);
  if (!send_packet(connection_->socket.native_handle(), message.SerializeAsString(), {})) {
    return answer({"the proxy does not take the order"});
  }
  reloads_.emplace(id, std::move(answer));
}

void ProxyLink::ask(proto::ProxyQuestion question, ProxyQuestions::Answer answer) {
  if (!is_up()) return answer(base::Error{"no proxy is up that could answer"});
  if (!questions_.add(question, std::move(answer))) return;
  const std::uint64_t id = question.id();
  proto::AgentToProxy message;
  *message.mutable_question() = std::move(question);
  if (!send_packet(connection_->socket.native_handle(), message.SerializeAsString(), {})) {
    questions_.refuse(id, "the proxy does not take the question");
  }
}

void ProxyLink::refuse_open(const std::string& reason) {
  for (const auto& [id, answer] : std::exchange(reloads_, {})) answer({reason});
  questions_.refuse_all(reason);
}

void ProxyLink::receive() {
  std::array<std::uint8_t, kMessageBytesMax> buffer;
  for (int i = 0; i < kPacketsPerWakeUp; ++i) {
    const ssize_t received =
        ::recv(connection_->socket.native_handle(), buffer.data(), buffer.size(), MSG_TRUNC);
    if (received < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (received <= 0) {
      const bool died = process_is_dead();
      // One that leaves may go on as another program in the same process.
      return lose(died ? "died" : "closed its link", died || connection_->leaving);
    }
    const auto bytes = static_cast<std::size_t>(received);
    if (bytes > buffer.size() || !handle_message(base::ByteView(buffer).first(bytes))) {
      ++counters_.garbage;
      return lose("sent something that is no message of the proxy's protocol");
    }
    connection_->heard = true;
    if (std::exchange(connection_->lost, false)) handlers_.on_ready(connection_->pid);
  }
}

bool ProxyLink::handle_message(base::ByteView bytes) {
  proto::ProxyToAgent message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return false;
  switch (message.message_case()) {
    case proto::ProxyToAgent::kHello:
      return greet(message.hello().protocol(), message.hello().version());
    case proto::ProxyToAgent::kReady:
      if (!connection_->greeted) return false;
      if (!std::exchange(connection_->ready, true)) handlers_.on_ready(connection_->pid);
      return true;
    case proto::ProxyToAgent::kReport:
      connection_->tunnels = message.report().tunnels();
      return connection_->greeted;
    case proto::ProxyToAgent::kLeaving:
      connection_->leaving = true;
      return true;
    case proto::ProxyToAgent::kReloaded:
      if (auto order = reloads_.extract(message.reloaded().id())) {
        order.mapped()({message.reloaded().errors().begin(), message.reloaded().errors().end()});
      }
      return true;
    case proto::ProxyToAgent::kAnswer:
      questions_.take(message.answer());
      return connection_->greeted;
    case proto::ProxyToAgent::kSettings:
      settings_ = message.settings();
      return connection_->greeted;
    case proto::ProxyToAgent::MESSAGE_NOT_SET:
      break;
  }
  return false;
}

bool ProxyLink::greet(std::uint32_t protocol, const std::string& version) {
  if (protocol != kProtocol) {
    spdlog::error("agent.sock: proxy {} (process {}) speaks protocol {}, this agent speaks {}",
                  version, connection_->pid, protocol, kProtocol);
    return false;
  }
  connection_->greeted = true;
  answer_hello();
  return true;
}

// A failure shows as a closed connection when it is read next.
void ProxyLink::answer_hello() {
  proto::AgentToProxy message;
  message.mutable_hello()->set_protocol(kProtocol);
  message.mutable_hello()->set_node(node_);
  const FileDescriptor sticky = make(handlers_.make_sticky_stream);
  const FileDescriptor vault = make(handlers_.make_vault_stream);
  message.mutable_hello()->set_has_sticky_stream(!!sticky);
  message.mutable_hello()->set_has_vault_stream(!!vault);
  message.mutable_hello()->set_keeps_settings(true);
  *message.mutable_hello()->mutable_settings() = settings_;
  std::vector<int> streams;
  if (sticky) streams.push_back(sticky.get());
  if (vault) streams.push_back(vault.get());
  std::ignore =
      send_packet(connection_->socket.native_handle(), message.SerializeAsString(), streams);
}

// A process that is killed closes its link a little before it is dead. It may be dead and buried
// between the two looks, hence a third one.
bool ProxyLink::process_is_dead() const {
  const auto is_dead = [fd = const_cast<Descriptor&>(connection_->process).native_handle()] {
    pollfd process{.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&process, 1, 0) > 0;
  };
  return is_dead() || is_exiting(connection_->pid) || is_dead();
}

void ProxyLink::lose(const std::string& what, bool died) {
  const std::int32_t pid = connection_->pid;
  const bool was_ready = connection_->ready;
  const bool planned = died && connection_->leaving;
  connection_.reset();
  refuse_open("the proxy has gone without an answer");
  const std::string reason =
      "process " + std::to_string(pid) + " " + (planned ? "left its place to another one" : what);
  if (was_ready) {
    handlers_.on_lost(reason, died);
  } else {
    spdlog::warn("agent.sock: {}, before it was ready", reason);
  }
}

}  // namespace wslb::agent
