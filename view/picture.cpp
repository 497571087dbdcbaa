#include "view/picture.h"

#include <algorithm>
#include <array>
#include <vector>

#include "view/markup.h"
#include "view/time_text.h"
#include "view/verdict.h"

namespace wslb::view {
namespace {

constexpr int kBoxWidth = 270;
constexpr int kGap = 130;
constexpr int kHostTop = 150;
constexpr int kLine = 20;
constexpr int kMargin = 10;

// What the picture shows of a host, whether its agent or a peer's said so.
struct Host {
  std::string name;
  std::string proxy;
  std::string tunnels;
  bool here = false;
  bool drained = false;
  bool reachable = true;
  std::string link{};  // between the agents
  struct Section {
    std::string name;
    std::string state;
  };
  std::vector<Section> sections{};
};

Host this_host(const proto::Status& status) {
  Host host{.name = status.node(),
            .proxy = status.proxy().state(),
            .tunnels = short_number(status.proxy().tunnels()),
            .here = true,
            .drained = status.drained()};
  for (const auto& section : status.vrrp()) {
    host.sections.push_back({section.name(), section.state()});
  }
  return host;
}

Host peer_host(const proto::Status::Peer& peer, const proto::Status& status) {
  const proto::PeerStanding& standing = peer.standing();
  Host host{.name = peer.node(),
            .proxy = standing.proxy().empty() ? "unknown" : standing.proxy(),
            .tunnels = peer.has_standing() ? short_number(standing.tunnels()) : "?",
            .drained = standing.drained(),
            .reachable = peer.state() == "connected"};
  std::array<char, 32> lag{};
  std::snprintf(lag.data(), lag.size(), "%.1f ms", peer.lag_ms());
  host.link = host.reachable ? lag.data() : peer.state();
  for (const auto& section : status.vrrp()) {
    std::string state = "unknown";
    for (const auto& theirs : standing.sections()) {
      if (theirs.name() == section.name()) state = theirs.state();
    }
    // What is heard on the wire is newer than what was said on the link.
    if (section.active_node() == peer.node()) state = "active";
    host.sections.push_back({section.name(), state});
  }
  return host;
}

// Always in the same order, whichever host draws.
std::vector<Host> hosts_of(const proto::Status& status) {
  std::vector<Host> hosts{this_host(status)};
  for (const auto& peer : status.peers()) {
    if (peer.kind() != "haproxy") hosts.push_back(peer_host(peer, status));
  }
  std::ranges::sort(hosts, {}, &Host::name);
  return hosts;
}

bool is_active(const Host& host) {
  return std::ranges::any_of(host.sections, [](const auto& s) { return s.state == "active"; });
}

int left_of(std::size_t index) {
  return kMargin + static_cast<int>(index) * (kBoxWidth + kGap);
}

std::string box(int x, int y, int width, int height, std::string_view style) {
  return "<rect x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" width=\"" +
         std::to_string(width) + "\" height=\"" + std::to_string(height) + "\" rx=\"8\" class=\"" +
         std::string(style) + "\"/>";
}

std::string line(int x1, int y1, int x2, int y2, std::string_view style) {
  return "<line x1=\"" + std::to_string(x1) + "\" y1=\"" + std::to_string(y1) + "\" x2=\"" +
         std::to_string(x2) + "\" y2=\"" + std::to_string(y2) + "\" class=\"" + std::string(style) +
         "\"/>";
}

std::string draw_host(const Host& host, int x, int height) {
  const std::string style = is_active(host) ? "host active" : "host";
  std::string text =
      box(x, kHostTop, kBoxWidth, height, host.reachable || host.here ? style : style + " away");
  int y = kHostTop + 26;
  text += svg_text(x + 14, y, "name", host.name + (host.here ? " (this node)" : ""));
  if (host.drained) text += svg_text(x + kBoxWidth - 80, y, "doubtful", "DRAINED");
  for (const Host::Section& section : host.sections) {
    y += kLine;
    text += svg_text(x + 14, y, "plain", section.name);
    text += svg_text(x + 160, y, tone_of(section.state), section.state);
  }
  y += kLine + 4;
  text += svg_text(x + 14, y, "plain", "proxy");
  text += svg_text(x + 160, y, tone_of(host.proxy), host.proxy);
  y += kLine;
  text += svg_text(x + 14, y, "plain", "tunnels");
  return text + svg_text(x + 160, y, "plain", host.tunnels);
}

std::string vips_text(const proto::Status& status) {
  std::string text;
  int shown = 0;
  for (const auto& section : status.vrrp()) {
    for (const std::string& vip : section.vips()) {
      if (++shown <= 3) text += (text.empty() ? "" : "  ") + vip;
    }
  }
  return shown > 3 ? text + "  +" + std::to_string(shown - 3) : text;
}

}  // namespace

std::string cluster_picture(const proto::Status& status) {
  const std::vector<Host> hosts = hosts_of(status);
  const int sections = std::max(1, status.vrrp_size());
  const int height = 90 + kLine * sections;
  const int width = std::max(2 * kBoxWidth, left_of(hosts.size()) - kGap + kMargin);
  const int middle = width / 2;
  std::string text =
      "<svg class=\"picture\" role=\"img\" aria-label=\"the cluster\" viewBox=\"0 0 " +
      std::to_string(width) + " " + std::to_string(kHostTop + height + kMargin) + "\">";
  text += svg_text(middle - 24, 22, "plain", "clients");
  text += line(middle, 30, middle, 50, "wire");
  text += box(middle - 180, 50, 360, 36, "vip");
  text += "<text x=\"" + std::to_string(middle) +
          "\" y=\"73\" text-anchor=\"middle\" class=\"name\">" + escape_markup(vips_text(status)) +
          "</text>";
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const int x = left_of(i);
    const std::string_view wire = is_active(hosts[i]) ? "wire live" : "wire idle";
    text += line(middle, 86, x + kBoxWidth / 2, kHostTop, wire);
    text += draw_host(hosts[i], x, height);
    if (i == 0) continue;
    // The link between this node and that one, drawn beside the box in between.
    const Host& other = hosts[i].here ? hosts[i - 1] : hosts[i];
    const int y = kHostTop + height / 2;
    text += line(x - kGap, y, x, y, other.reachable ? "wire live" : "wire broken");
    text += svg_text(x - kGap + 10, y - 8, other.reachable ? "plain" : "bad", other.link);
    const bool in_step = tables_in_step(status);
    if (other.reachable) {
      text += svg_text(x - kGap + 10, y + 18, in_step ? "good" : "doubtful",
                       in_step ? "tables in step" : "tables behind");
    }
  }
  return text + "</svg>";
}

std::string_view tone_of(std::string_view state) {
  for (const std::string_view good : {"active", "up", "UP", "connected", "OPEN", "no check"}) {
    if (state == good) return "good";
  }
  for (const std::string_view bad : {"fault", "down", "DOWN", "refused", "STOP"}) {
    if (state.starts_with(bad)) return "bad";
  }
  for (const std::string_view doubtful : {"init", "starting", "connecting", "DRAIN", "MAINT",
                                          "NOLB", "FULL", "PAUSED", "UP ", "unknown"}) {
    if (state.starts_with(doubtful)) return "doubtful";
  }
  return "plain";
}

std::string svg_text(int x, int y, std::string_view style, std::string_view text) {
  return "<text x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" class=\"" +
         std::string(style) + "\">" + escape_markup(text) + "</text>";
}

}  // namespace wslb::view
