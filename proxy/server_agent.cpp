// The part of Server that talks to the agent.
#include <chrono>
#include <memory>
#include <utility>

#include <spdlog/spdlog.h>
#include <unistd.h>

#include "proxy/server.h"
#include "proxy/server_settings.h"

namespace wslb::proxy {
namespace {

// How long clients may wait, at the begin, for the sticky entries that the agent has kept.
constexpr auto kSyncMax = std::chrono::seconds(5);

}  // namespace

// Clients wait in the sockets' backlogs until the agent has given back the sticky entries that it
// kept, also for one that is just being restarted; but not for ever.
void Server::begin_with_agent(const ClaimedVault& claimed, bool arena_is_known,
                              const std::string& agent_socket) {
  boost::asio::io_context& context = workers_.front()->context;
  sticky_ = std::make_unique<StickyLink>(context, [this] { serve(); });
  sticky_->set_service(service_);
  const auto on_agent = [this, arena_is_known](int sticky, int vault, bool is_the_first) {
    agent_has_vault_ = vault >= 0;
    if (vault >= 0 && vault_) vault_->start(vault, is_the_first && arena_is_known);
    if (vault >= 0 && !vault_) ::close(vault);
    if (sticky < 0) return serve();
    sticky_->start(sticky);
  };
  const auto on_absence = [this] {
    sticky_->stop();
    if (vault_) vault_->stop();
  };
  const auto on_reload = [this](std::uint64_t id, bool hard) {
    reload_orders_.push_back({id, hard});
    reload_.start();
  };
  const auto on_question = [this](const proto::ProxyQuestion& question) { answer(question); };
  const auto on_hello = [this](const proto::AgentHello& hello) { greet(hello); };
  agent_ = std::make_unique<AgentLink>(context, process_, agent_socket,
                                       AgentLink::Handlers{.on_agent = on_agent,
                                                           .on_hello = on_hello,
                                                           .on_question = on_question,
                                                           .on_reload = on_reload,
                                                           .on_absence = on_absence});
  patience_.expires_after(kSyncMax);
  patience_.async_wait([this](const boost::system::error_code& error) {
    if (error || serves_) return;
    spdlog::warn("sticky tables: the agent has not given all entries within 5 s; serving");
    serve();
  });
  if (claimed.agent >= 0) {
    agent_->adopt(claimed.agent, claimed.sticky, claimed.stream);
    greet(claimed.hello);
  } else {
    agent_->start();
  }
  if (!sticky_->has_tables()) serve();
}

// What operators set before this process counts; what they set since then is not undone by an agent
// that was away.
void Server::greet(const proto::AgentHello& hello) {
  if (!std::exchange(greeted_, true)) restore_settings(runtime_, hello.settings());
  agent_keeps_settings_ = hello.keeps_settings();
  told_settings_.reset();
  tell_settings();
}

void Server::tell_settings() {
  if (!agent_ || !agent_keeps_settings_) return;
  proto::ProxyToAgent message;
  *message.mutable_settings() = settings_of(*service_);
  std::string packet = message.SerializeAsString();
  if (told_settings_ == packet) return;
  if (packet.size() <= AgentQuestions::kAnswerBytesMax) {
    agent_->tell(message);
  } else {
    spdlog::warn("agent: too many servers are not as configured for it to keep; a next process {}",
                 "begins with what it was told last");
  }
  told_settings_ = std::move(packet);
}

void Server::answer(const proto::ProxyQuestion& question) {
  questions_.take(question, [this](const proto::ProxyAnswer& answer) {
    proto::ProxyToAgent message;
    *message.mutable_answer() = answer;
    if (agent_) agent_->tell(message);
  });
}

}  // namespace wslb::proxy
