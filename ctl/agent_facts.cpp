#include "ctl/agent_facts.h"

#include <fstream>
#include <sstream>

#include <sched.h>

#include "ctl/client.h"
#include "ctl/inquiry.h"
#include "ctl/table.h"

namespace wslb::ctl {
namespace {

doctor::ProcessFacts process_facts(int pid) {
  doctor::ProcessFacts facts{.pid = pid, .files_max = 0, .scheduling_policy = std::nullopt};
  if (pid == 0) return facts;
  std::ifstream limits("/proc/" + std::to_string(pid) + "/limits");
  for (std::string line; std::getline(limits, line);) {
    if (!line.starts_with("Max open files")) continue;
    std::istringstream words(line.substr(std::string_view("Max open files").size()));
    words >> facts.files_max;  // the one in force
  }
  const int policy = ::sched_getscheduler(pid);
  if (policy >= 0) facts.scheduling_policy = policy & ~SCHED_RESET_ON_FORK;
  return facts;
}

// What peers and the proxy have put into a text cannot steer a terminal.
template <typename Texts>
std::vector<std::string> printable_all(const Texts& texts) {
  std::vector<std::string> all;
  for (const std::string& text : texts) all.push_back(printable(text));
  return all;
}

doctor::AgentFacts translate(const proto::Status& status, int agent_pid) {
  doctor::AgentFacts facts;
  facts.node = printable(status.node());
  facts.version = printable(status.version());
  facts.process = process_facts(agent_pid);
  for (const proto::Status::Vrrp& vrrp : status.vrrp()) {
    facts.sections.push_back({printable(vrrp.name()), printable(vrrp.state()),
                              printable(vrrp.reason()), printable_all(vrrp.alarms())});
  }
  for (const proto::Status::Peer& peer : status.peers()) {
    facts.peers.push_back({printable(peer.node()), printable(peer.state()),
                           printable(peer.reason()), printable(peer.version()),
                           printable_all(peer.alarms())});
  }
  facts.proxy_state = printable(status.proxy().state());
  facts.proxy_reason = printable(status.proxy().reason());
  facts.proxy = process_facts(status.proxy().pid());
  return facts;
}

}  // namespace

void ask_agent(const std::string& run_dir, doctor::Facts& facts) {
  auto client = Client::connect(run_dir + "/status.sock");
  if (!client) {
    facts.agent_error = client.error().message;
    return;
  }
  proto::ControlRequest request;
  request.mutable_status();
  const auto response = client->ask(request);
  if (!response) {
    facts.agent_error = response.error().message;
  } else if (response->has_refusal()) {
    facts.agent_error = printable(response->refusal().reason());
  } else if (!response->has_status()) {
    facts.agent_error = kAnotherVersion;
  } else {
    facts.agent = translate(response->status(), client->peer_pid());
  }
}

}  // namespace wslb::ctl
