#include "view/verdict.h"

#include <algorithm>

namespace wslb::view {
namespace {

bool is_node(const proto::Status::Peer& peer) {
  return peer.kind().empty() || peer.kind() == "node";
}

const proto::PeerStanding::Section* find_section(const proto::Status::Peer& peer,
                                                 const std::string& name) {
  for (const auto& section : peer.standing().sections()) {
    if (section.name() == name) return &section;
  }
  return nullptr;
}

std::string clause(const std::string& text, const std::string& otherwise) {
  return text.empty() ? otherwise : text;
}

// Empty: it can.
std::string obstacle(const proto::Status::Peer& peer, const std::string& section) {
  if (peer.state() != "connected") {
    return "its agent is not connected" + (peer.reason().empty() ? "" : ": " + peer.reason());
  }
  if (!peer.has_standing()) return "its agent does not say how it stands; it is older";
  const auto* standing = find_section(peer, section);
  if (standing == nullptr) return "its configuration has no such section";
  if (standing->state() == "backup") return "";
  return standing->state() + ": " + clause(standing->reason(), "it does not say why");
}

Successor here(const proto::Status& status, const proto::Status::Vrrp& section) {
  if (section.state() == "backup") {
    return {Successor::Verdict::Ready, status.node(), status.drained() ? "drained" : ""};
  }
  return {Successor::Verdict::Missing, "",
          status.node() + " is in " + section.state() + ": " +
              clause(section.reason(), "it does not say why")};
}

}  // namespace

Successor successor_of(const proto::Status& status, const proto::Status::Vrrp& section) {
  const std::string& active = section.active_node();
  Successor own;
  if (active != status.node()) {
    own = here(status, section);
    if (own.verdict == Successor::Verdict::Ready && own.why.empty()) return own;
  }
  Successor result = active == status.node() ? Successor{} : own;
  for (const proto::Status::Peer& peer : status.peers()) {
    if (!is_node(peer) || peer.node() == active) continue;
    const std::string why = obstacle(peer, section.name());
    const bool drained = peer.standing().drained();
    if (why.empty() && !drained) return {Successor::Verdict::Ready, peer.node(), ""};
    if (why.empty() && result.verdict != Successor::Verdict::Ready) {
      result = {Successor::Verdict::Ready, peer.node(), "drained"};
    }
    if (why.empty() || result.verdict == Successor::Verdict::Ready) continue;
    result.verdict = Successor::Verdict::Missing;
    result.why += (result.why.empty() ? "" : "; ") + peer.node() + ": " + why;
  }
  if (result.verdict == Successor::Verdict::Unknown) {
    result.why = "the cluster has no other node";
  }
  return result;
}

std::string describe(const Successor& successor) {
  switch (successor.verdict) {
    case Successor::Verdict::Ready:
      return successor.node + " can take over now" +
             (successor.why.empty() ? "" : ", though it is " + successor.why);
    case Successor::Verdict::Missing:
      return "nobody can take over: " + successor.why;
    case Successor::Verdict::Unknown:
      break;
  }
  return "no other node is known: " + successor.why;
}

std::vector<std::string> alarms_of(const proto::Status& status) {
  std::vector<std::string> all;
  for (const proto::Status::Vrrp& section : status.vrrp()) {
    for (const std::string& alarm : section.alarms()) all.push_back(section.name() + ": " + alarm);
    if (section.active_node().empty()) all.push_back(section.name() + ": nobody is active");
    const Successor successor = successor_of(status, section);
    if (successor.verdict == Successor::Verdict::Missing) {
      all.push_back(section.name() + ": " + describe(successor));
    }
  }
  if (status.proxy().state() == "down") {
    all.push_back("proxy: down" +
                  (status.proxy().reason().empty() ? "" : ": " + status.proxy().reason()));
  }
  for (const proto::Status::Peer& peer : status.peers()) {
    for (const std::string& alarm : peer.alarms()) all.push_back(peer.node() + ": " + alarm);
    for (const std::string& alarm : peer.standing().alarms()) {
      all.push_back(peer.node() + ": " + alarm);
    }
  }
  for (const proto::TrafficRow& row : status.traffic()) {
    const bool down =
        row.kind() == proto::TrafficRow::BACKEND && row.servers() > 0 && row.servers_up() == 0;
    if (down) all.push_back("backend " + row.proxy() + ": no server is up");
  }
  return all;
}

bool tables_in_step(const proto::Status& status) {
  return std::ranges::all_of(status.peers(), [](const proto::Status::Peer& peer) {
    return !is_node(peer) || peer.in_step();
  });
}

}  // namespace wslb::view
