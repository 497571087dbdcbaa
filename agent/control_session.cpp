#include "agent/control_session.h"

#include <chrono>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include "agent/status_report.h"

namespace wslb::agent {
namespace {

constexpr std::chrono::seconds kStallMax{10};
constexpr int kEventsPerWrite = 64;

proto::ControlResponse to_response(const LoggedEvent& event) {
  proto::ControlResponse response;
  *response.mutable_event() = report_event(event);
  return response;
}

}  // namespace

ControlSession::ControlSession(Socket socket, Access access, const ControlService& service,
                               std::shared_ptr<void> place)
    : socket_(std::move(socket)),
      deadline_(socket_.get_executor()),
      access_(access),
      service_(service),
      place_(std::move(place)) {}

void ControlSession::read() {
  // Requests that came in one piece are answered one after the other.
  if (const auto frame = reader_.next()) return handle(*frame);
  if (reader_.broken()) return close();
  arm_deadline();
  socket_.async_read_some(
      boost::asio::buffer(input_),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t bytes) {
        if (error) return self->close();
        self->on_read(bytes);
      });
}

void ControlSession::on_read(std::size_t bytes) {
  reader_.append({input_.data(), bytes});
  read();
}

void ControlSession::handle(const std::string& frame) {
  proto::ControlRequest request;
  if (!request.ParseFromString(frame)) return close();
  proto::ControlResponse response;
  switch (request.request_case()) {
    case proto::ControlRequest::kStatus:
      if (request.status().traffic()) return ask(request);
      *response.mutable_status() = service_.status();
      return respond(response);
    case proto::ControlRequest::kVersion:
      response.mutable_version()->set_version(service_.version);
      return respond(response);
    case proto::ControlRequest::kFailover:
      return handle_failover(request.failover());
    case proto::ControlRequest::kReload:
      return handle_reload(request.reload());
    case proto::ControlRequest::kTraffic:
    case proto::ControlRequest::kTunnels:
      return ask(request);
    case proto::ControlRequest::kTable:
      if (access_ == Access::ReadWrite) return ask(request);
      return refuse(
          "keys of sticky entries may be session ids, which are not for everybody: this "
          "needs ctl.sock and the right to open it");
    case proto::ControlRequest::kDrain:
      return ask_as_writer(request, request.drain().on() ? "drain" : "undrain");
    case proto::ControlRequest::kServer:
      return ask_as_writer(
          request,
          "server " + request.server().backend() + "/" + request.server().server() + " " +
              request.server().state() +
              (request.server().has_weight() ? "weight " + request.server().weight() : ""));
    case proto::ControlRequest::kEvents:
      events_seq_ = request.events().after_seq();
      if (request.events().follow()) {
        follower_.emplace(service_.events, [this] {
          if (!writing_) write_events();
        });
        watch_hang_up();
      }
      return write_events();
    case proto::ControlRequest::REQUEST_NOT_SET:
      break;
  }
  refuse(
      "this agent (" + service_.version +
      ") does not know the command; it may be older than wslbctl: 'systemctl restart wslb-agent' "
      "after an upgrade");
}

std::optional<unsigned> ControlSession::writer(const std::string& command) {
  if (access_ == Access::ReadOnly) {
    refuse("this socket may only read; " + command + " needs ctl.sock and the right to open it");
    return std::nullopt;
  }
  ucred client{};
  socklen_t length = sizeof client;
  ::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_PEERCRED, &client, &length);
  return client.uid;
}

void ControlSession::ask(const proto::ControlRequest& request, unsigned user) {
  if (!service_.ask) return refuse("this agent cannot answer that");
  deadline_.cancel();  // whoever answers does not let it wait for long
  service_.ask(request, user, [self = shared_from_this()](const proto::ControlResponse& response) {
    self->respond(response);
  });
}

void ControlSession::ask_as_writer(const proto::ControlRequest& request,
                                   const std::string& command) {
  const auto user = writer(command.substr(0, command.find(' ')));
  if (!user) return;
  spdlog::info("command by uid {}: {}", *user, command);
  ask(request, *user);
}

void ControlSession::handle_reload(const proto::ReloadRequest& request) {
  const auto user = writer("reload");
  if (!user) return;
  spdlog::info("command by uid {}: reload{}", *user, request.hard() ? " --hard" : "");
  deadline_.cancel();  // the proxy takes the time that its files take
  service_.reload(request.hard(),
                  [self = shared_from_this()](const std::vector<std::string>& errors) {
                    proto::ControlResponse response;
                    response.mutable_reloaded();
                    for (const std::string& error : errors) {
                      response.mutable_reloaded()->add_errors(error);
                    }
                    self->respond(response);
                  });
}

void ControlSession::handle_failover(const proto::FailoverRequest& request) {
  const auto user = writer("failover");
  if (!user) return;
  spdlog::info("command by uid {}: failover vrrp='{}' to='{}'", *user, request.vrrp(),
               request.to());
  const core::CommandResult result = service_.failover(request);
  if (!result.accepted) return refuse(result.lines.empty() ? "refused" : result.lines.front());
  proto::ControlResponse response;
  for (const std::string& line : result.lines) response.mutable_failover()->add_lines(line);
  respond(response);
}

void ControlSession::refuse(const std::string& reason) {
  proto::ControlResponse response;
  response.mutable_refusal()->set_reason(reason);
  respond(response);
}

void ControlSession::respond(const proto::ControlResponse& response) {
  write(encode_frame(response.SerializeAsString()), &ControlSession::read);
}

void ControlSession::write_events() {
  std::string batch;
  for (int i = 0; i < kEventsPerWrite; ++i) {
    const LoggedEvent* event = service_.events.next_after(events_seq_);
    if (event == nullptr) break;
    events_seq_ = event->seq;
    batch += encode_frame(to_response(*event).SerializeAsString());
  }
  if (!batch.empty()) return write(std::move(batch), &ControlSession::write_events);
  if (follower_) {
    deadline_.cancel();  // there is nothing to wait for but the next event
    return;
  }
  proto::ControlResponse end;
  end.mutable_events_end();
  respond(end);
}

void ControlSession::write(std::string bytes, void (ControlSession::*then)()) {
  output_ = std::move(bytes);
  writing_ = true;
  arm_deadline();
  boost::asio::async_write(
      socket_, boost::asio::buffer(output_),
      [self = shared_from_this(), then](const boost::system::error_code& error, std::size_t) {
        self->writing_ = false;
        if (error) return self->close();
        ((*self).*then)();
      });
}

// A follower has nothing more to say: whatever it sends, or its leaving, ends the session.
void ControlSession::watch_hang_up() {
  socket_.async_read_some(boost::asio::buffer(input_),
                          [self = shared_from_this()](const boost::system::error_code&,
                                                      std::size_t) { self->close(); });
}

void ControlSession::arm_deadline() {
  deadline_.expires_after(kStallMax);
  deadline_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->deadline_.expiry() > std::chrono::steady_clock::now()) return;
    self->close();
  });
}

void ControlSession::close() {
  follower_.reset();
  deadline_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace wslb::agent
