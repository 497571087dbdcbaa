// The part of Server that puts another configuration in the place of the one in use.
#include <memory>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "proxy/fixed_settings.h"
#include "proxy/process.h"
#include "proxy/server.h"

namespace wslb::proxy {
namespace {

// On the worker's thread. Those who come later begin under the new one.
void move_sessions(Worker& worker, const std::shared_ptr<Service>& service) {
  worker.service = service;
  for (const OpenSession& open : worker.sessions) {
    if (open.movable != nullptr) open.movable->move_to(service);
  }
}

}  // namespace

void Server::reload(const ReadConfiguration& read) {
  if (process_.draining || process_.leaving) return answer_reloads({"it is about to end"});
  std::vector<std::string> errors;
  if (read.config == nullptr) {
    errors = read.messages;
  } else {
    for (const std::string& each : read.messages) spdlog::warn("{}", each);
    for (const std::string& each : fixed_differences(started_with_, read.config->global)) {
      spdlog::warn("{}", each);
    }
    errors = read.listens() ? replace(read.config, read.tls)
                            : std::vector<std::string>{"no 'bind' line in the configuration"};
  }
  if (errors.empty()) {
    spdlog::info("reload: the configuration was read again and is in use");
    return answer_reloads({});
  }
  for (const std::string& each : errors) spdlog::error("{}", each);
  spdlog::error("reload: the configuration in use stays, since the new one is not good");
  answer_reloads(std::move(errors));
}

// A hard one ends this process only after all that the next one needs has proved to be good.
void Server::answer_reloads(std::vector<std::string> errors) {
  for (const ReloadOrder& order : std::exchange(reload_orders_, {})) {
    const bool impossible = order.hard && errors.empty() && !may_leave();
    if (impossible) errors = {"there is no vault to leave the connections in: restart wslb-proxy"};
    agent_->answer_reload(order.id, errors);
    if (!order.hard || !errors.empty()) continue;
    process_.returns = true;
    leave();
  }
}

std::vector<std::string> Server::replace(std::shared_ptr<const config::Config> config,
                                         std::shared_ptr<TlsStore> tls) {
  serve();  // if that was waiting still
  const std::uint32_t maxconn = maxconn_of(config->global);
  OpenedBinds opened = open_binds(*config, maxconn, listeners_.open(), service_.get());
  if (!opened.complaints.empty()) return opened.complaints;
  if (std::exchange(process_.configured_maxconn, maxconn) != maxconn) {
    process_.gate.set_max(maxconn);
  }
  // From here on nothing fails.
  service_ = std::make_shared<Service>(std::move(config), std::move(tls), process_, service_.get());
  monitor_ = make_monitor(monitor_.get());
  monitor_->start();
  watch_names();
  if (sticky_) sticky_->set_service(service_);
  runtime_.service = service_;
  for (const auto& worker : workers_) {
    boost::asio::post(worker->context,
                      [&worker = *worker, service = service_] { move_sessions(worker, service); });
  }
  listeners_.serve(service_, opened.binds);
  tell_listeners();
  listeners_.resume();  // limits may be higher now
  tell_settings();      // of servers that have gone
  return {};
}

}  // namespace wslb::proxy
