#include "proxy/agent_link.h"

#include <chrono>

#include <boost/asio/local/stream_protocol.hpp>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/descriptor_packet.h"

namespace wslb::proxy {

namespace asio = boost::asio;

namespace {

constexpr std::uint32_t kProtocol = 1;
constexpr auto kRetryInterval = std::chrono::milliseconds(200);
// A restart takes a tenth of a second; systemd ends a proxy that takes 5 s to end.
constexpr auto kReturnMax = std::chrono::seconds(2);
constexpr auto kReportInterval = std::chrono::milliseconds(100);

}  // namespace

std::string agent_hello() {
  proto::ProxyToAgent hello;
  hello.mutable_hello()->set_protocol(kProtocol);
  hello.mutable_hello()->set_version(WSLB_VERSION);
  return hello.SerializeAsString();
}

std::pair<int, int> streams_of(const proto::AgentHello& hello,
                               const std::vector<int>& descriptors) {
  auto next = descriptors.begin();
  const auto take = [&](bool expected) {
    return expected && next != descriptors.end() ? *next++ : -1;
  };
  const int sticky = take(hello.has_sticky_stream());
  const int vault = take(hello.has_vault_stream());
  for (; next != descriptors.end(); ++next) ::close(*next);
  return {sticky, vault};
}

AgentLink::AgentLink(asio::io_context& context, const ProcessState& process,
                     std::string socket_path, Handlers handlers)
    : context_(context),
      process_(process),
      socket_path_(std::move(socket_path)),
      handlers_(std::move(handlers)),
      timer_(context) {}

void AgentLink::start() {
  connect();
}

void AgentLink::say_ready() {
  ready_ = true;
  if (!socket_ || !socket_->is_open()) return;
  proto::ProxyToAgent ready;
  ready.mutable_ready();
  send(ready.SerializeAsString());
}

void AgentLink::tell(const proto::ProxyToAgent& message) {
  if (has_agent()) send(message.SerializeAsString());
}

void AgentLink::answer_reload(std::uint64_t id, const std::vector<std::string>& errors) {
  if (!has_agent()) return;
  proto::ProxyToAgent answer;
  answer.mutable_reloaded()->set_id(id);
  for (const std::string& error : errors) answer.mutable_reloaded()->add_errors(error);
  send(answer.SerializeAsString());
}

void AgentLink::say_leaving() {
  if (!has_agent()) return;
  proto::ProxyToAgent leaving;
  leaving.mutable_leaving();
  send(leaving.SerializeAsString());
}

void AgentLink::connect() {
  socket_ = std::make_unique<Protocol::socket>(context_);
  boost::system::error_code error;
  const asio::local::stream_protocol::endpoint endpoint(socket_path_);  // for its sockaddr_un
  socket_->open(Protocol(AF_UNIX, 0), error);
  // Not Asio's connect(), which would wait for an agent that does not accept.
  if (!error) socket_->native_non_blocking(true, error);
  if (!error) {
    if (::connect(socket_->native_handle(), endpoint.data(),
                  static_cast<socklen_t>(endpoint.size())) == 0) {
      return on_connected();
    }
    error.assign(errno, boost::system::system_category());
  }
  socket_.reset();  // see has_agent()
  if (!std::exchange(told_absence_, true)) {
    spdlog::warn("agent: {}: {}; serving without it, and trying again", socket_path_,
                 error.message());
  }
  connect_later();
  handlers_.on_absence();
}

void AgentLink::connect_later() {
  timer_.expires_after(kRetryInterval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) connect();
  });
}

void AgentLink::on_connected() {
  if (!send(agent_hello())) return connect_later();
  serve_agent();
}

void AgentLink::adopt(int socket, int sticky, int vault) {
  socket_ = std::make_unique<Protocol::socket>(context_);
  boost::system::error_code error;
  socket_->assign(Protocol(AF_UNIX, 0), socket, error);
  serve_agent();
  handlers_.on_agent(sticky, vault, true);
}

void AgentLink::serve_agent() {
  told_absence_ = false;
  if (ready_) say_ready();
  spdlog::info("agent: connected to {}", socket_path_);
  wait_for_agent();
  report_periodically();
}

// The end of the connection says that the agent has gone.
void AgentLink::wait_for_agent() {
  socket_->async_wait(Protocol::socket::wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    receive() ? wait_for_agent() : lose_agent();
  });
}

// False: there is no agent any more.
bool AgentLink::receive() {
  DescriptorPacket packet;
  const PacketStatus status = receive_packet(socket_->native_handle(), packet);
  if (status != PacketStatus::Done) return status == PacketStatus::Wait;
  proto::AgentToProxy message;
  const bool parsed = message.ParseFromString(packet.bytes);
  if (parsed && message.has_reload()) {
    handlers_.on_reload(message.reload().id(), message.reload().hard());
  }
  if (parsed && message.has_question()) handlers_.on_question(message.question());
  const bool known = parsed && message.has_hello();
  if (known) handlers_.on_hello(message.hello());
  const auto [sticky, vault] = streams_of(message.hello(), packet.descriptors);
  if (known) handlers_.on_agent(sticky, vault, false);
  return true;  // others are of a newer agent
}

bool AgentLink::is_agent_expected() const {
  return has_agent() || std::chrono::steady_clock::now() < lost_at_ + kReturnMax;
}

void AgentLink::lose_agent() {
  lost_at_ = std::chrono::steady_clock::now();
  spdlog::warn("agent: connection lost; serving without it, and trying again");
  timer_.cancel();
  socket_.reset();
  told_absence_ = true;
  connect_later();
  handlers_.on_absence();
}

void AgentLink::report_periodically() {
  timer_.expires_after(kReportInterval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || !socket_) return;
    proto::ProxyToAgent message;
    message.mutable_report()->set_connections(process_.gate.open());
    message.mutable_report()->set_tunnels(process_.tunnels);
    send(message.SerializeAsString());
    report_periodically();
  });
}

void AgentLink::close() {
  timer_.cancel();
  socket_.reset();
}

// False where the agent does not read, or has gone: wait_for_agent() sees the latter.
bool AgentLink::send(const std::string& packet) {
  return ::send(socket_->native_handle(), packet.data(), packet.size(), MSG_NOSIGNAL) >= 0;
}

}  // namespace wslb::proxy
