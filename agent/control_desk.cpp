#include "agent/control_desk.h"

#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "agent/status_report.h"

namespace wslb::agent {
namespace {

constexpr std::chrono::seconds kTellInterval{1};

proto::ControlResponse refusal(const std::string& reason) {
  proto::ControlResponse response;
  response.mutable_refusal()->set_reason(reason);
  return response;
}

// Of the proxy's answer to an order; it says nothing where it has obeyed.
std::string describe(const proto::ServerOrder& order) {
  return order.backend() + "/" + order.server() + ":" +
         (order.state().empty() ? "" : " " + order.state()) +
         (order.has_weight() ? " weight " + order.weight() : "");
}

}  // namespace

base::Result<std::unique_ptr<ControlDesk>> ControlDesk::open(const World& world,
                                                             const RunDir& run_dir) {
  auto desk = std::make_unique<ControlDesk>(world);
  for (const Access access : {Access::ReadWrite, Access::ReadOnly}) {
    const char* const name = access == Access::ReadWrite ? "ctl.sock" : "status.sock";
    auto opened = ControlServer::open(world.io, run_dir.path(name), access, desk->service_);
    if (!opened) return opened.error();
    desk->servers_.push_back(std::move(*opened));
  }
  return desk;
}

ControlDesk::ControlDesk(const World& world)
    : world_(world),
      service_{WSLB_VERSION,
               world_.events,
               [this] { return status(); },
               [this](const auto& request) { return failover(request); },
               [this](bool hard, auto answer) { world_.proxy.reload(hard, std::move(answer)); },
               [this](const auto& request, unsigned user, const Answer& answer) {
                 ask(request, user, answer);
               }},
      timer_(world_.io) {}

void ControlDesk::start() {
  const DrainNote& note = world_.drain_note;
  if (note.drained()) spdlog::warn("this node is drained, {}", note.text());
  follower_ = std::make_unique<EventLog::Follower>(world_.events, [this] { tell_peers_soon(); });
  tell_peers();
  tell_peers_later();
}

void ControlDesk::tell_peers() {
  world_.sticky.stand(report_standing(status()));
}

// What the event is about goes on meanwhile: a take-over does not wait for this.
void ControlDesk::tell_peers_soon() {
  if (std::exchange(about_to_tell_, true)) return;
  boost::asio::post(world_.io, [this] {
    about_to_tell_ = false;
    tell_peers();
  });
}

// How many tunnels there are is no event.
void ControlDesk::tell_peers_later() {
  timer_.expires_after(kTellInterval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    tell_peers();
    tell_peers_later();
  });
}

proto::Status ControlDesk::status() const {
  ShellFigures figures{.cluster = world_.cluster,
                       .version = WSLB_VERSION,
                       .now = std::chrono::steady_clock::now(),
                       .wall_now = std::chrono::system_clock::now()};
  world_.proxy.report(figures);
  figures.sticky = world_.sticky.figures();
  figures.drained_since = world_.drain_note.text();
  figures.started = started_;
  figures.events = world_.events.last_seq();
  return report_status(world_.runner.status(), figures);
}

std::vector<proto::Event> ControlDesk::last_events(std::size_t most) const {
  const std::uint64_t last = world_.events.last_seq();
  std::vector<proto::Event> events;
  for (std::uint64_t seq = last > most ? last - most : 0;;) {
    const LoggedEvent* const event = world_.events.next_after(seq);
    if (event == nullptr) return events;
    events.push_back(report_event(*event));
    seq = event->seq;
  }
}

void ControlDesk::status_with_traffic(const StatusAnswer& answer) {
  proto::ProxyQuestion question;
  question.mutable_traffic();
  world_.proxy.ask(question, [this, answer](const base::Result<proto::TrafficAnswer>& traffic) {
    proto::Status report = status();
    if (!traffic) {
      report.set_traffic_error(traffic.error().message);
      return answer(report);
    }
    *report.mutable_traffic() = traffic->rows();
    if (traffic->next() > 0) {
      report.set_traffic_error("these are the first " + std::to_string(traffic->rows_size()) +
                               " of " + std::to_string(traffic->total()) +
                               " rows; 'wslbctl backends' has all");
    }
    answer(report);
  });
}

void ControlDesk::ask(const proto::ControlRequest& request, unsigned user, const Answer& answer) {
  proto::ProxyQuestion question;
  switch (request.request_case()) {
    case proto::ControlRequest::kStatus:
      return status_with_traffic([answer](const proto::Status& status) {
        proto::ControlResponse response;
        *response.mutable_status() = status;
        answer(response);
      });
    case proto::ControlRequest::kDrain:
      return answer(drain(request.drain().on(), user));
    case proto::ControlRequest::kTable:
      return list_table(request.table(), answer);
    case proto::ControlRequest::kTraffic:
      *question.mutable_traffic() = request.traffic();
      return ask_proxy(question, answer);
    case proto::ControlRequest::kTunnels:
      *question.mutable_tunnels() = request.tunnels();
      return ask_proxy(question, answer);
    case proto::ControlRequest::kServer:
      *question.mutable_order() = request.server();
      return ask_proxy(question, answer);
    case proto::ControlRequest::kFailover:
    case proto::ControlRequest::kEvents:
    case proto::ControlRequest::kVersion:
    case proto::ControlRequest::kReload:
    case proto::ControlRequest::REQUEST_NOT_SET:
      break;  // the session's own
  }
  answer(refusal("this agent (" WSLB_VERSION ") cannot answer that"));
}

void ControlDesk::ask_proxy(const proto::ProxyQuestion& question, const Answer& answer) {
  const std::string order = question.has_order() ? describe(question.order()) : "";
  world_.proxy.ask(question, [this, answer,
                              order](const base::Result<proto::TrafficAnswer>& traffic) {
    if (!traffic) return answer(refusal(traffic.error().message));
    proto::ControlResponse response;
    if (order.empty()) {
      *response.mutable_traffic() = *traffic;
    } else {
      world_.events.append("command", "proxy", "server " + order, std::chrono::system_clock::now());
      response.mutable_done()->add_lines(order);
    }
    answer(response);
  });
}

void ControlDesk::list_table(const proto::TableRequest& request, const Answer& answer) {
  world_.sticky.list(request, [this, answer](const base::Result<proto::TablePage>& page) {
    proto::ControlResponse response;
    if (page) *response.mutable_table() = *page;
    if (!page) response = refusal(page.error().message);
    boost::asio::post(world_.io, [answer, response] { answer(response); });
  });
}

// Noted down first: what could not be kept over a restart is not done.
proto::ControlResponse ControlDesk::drain(bool on, unsigned user) {
  const bool was = world_.drain_note.drained();
  const auto note = [&](bool drained) {
    return drained ? world_.drain_note.set(user, std::chrono::system_clock::now())
                   : world_.drain_note.clear();
  };
  if (on != was) {
    const auto noted = note(on);
    if (!noted) return refusal(noted.error().message + "; nothing was changed");
  }
  const core::CommandResult result = world_.runner.drain(on);
  if (!result.accepted) {
    if (on != was && !note(was)) spdlog::error("drain: it is noted down, but was not done");
    return refusal(result.lines.empty() ? "refused" : result.lines.front());
  }
  proto::ControlResponse response;
  for (const std::string& line : result.lines) response.mutable_done()->add_lines(line);
  return response;
}

core::CommandResult ControlDesk::failover(const proto::FailoverRequest& request) {
  core::Failover command{.vrrp = request.vrrp(), .to = request.to()};
  for (const StickyService::PeerFigures& peer : world_.sticky.figures().peers) {
    if (peer.standing && peer.standing->drained()) command.drained.push_back(peer.node);
  }
  return world_.runner.failover(std::move(command));
}

}  // namespace wslb::agent
