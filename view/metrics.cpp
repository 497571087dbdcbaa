#include "view/metrics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string_view>
#include <vector>

#include "view/verdict.h"

namespace wslb::view {
namespace {

constexpr std::array<std::string_view, 4> kStates{"init", "backup", "active", "fault"};

std::string quoted(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') text += '\\';
    text += c;
  }
  return text + "\"";
}

std::string label(std::string_view name, std::string_view value) {
  return std::string(name) + "=" + quoted(value);
}

std::string seconds(double value) {
  std::array<char, 64> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), written.ptr};
}

// Families in the order in which they began, each with its samples together.
class Exposition {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
    text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
    name_ = name;
  }
  void sample(const std::string& labels, const std::string& value) {
    text_.append(name_).append(labels.empty() ? "" : "{" + labels + "}");
    text_.append(" ").append(value).append("\n");
  }
  void sample(const std::string& labels, std::uint64_t value) {
    sample(labels, std::to_string(value));
  }
  void sample(const std::string& labels, bool value) {
    sample(labels, std::string(value ? "1" : "0"));
  }
  // A family of one.
  template <typename Value>
  void single(std::string_view name, std::string_view type, std::string_view help, Value value) {
    family(name, type, help);
    sample("", value);
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string name_;
};

void add_sections(const proto::Status& status, Exposition& out) {
  const auto of = [](const proto::Status::Vrrp& section) {
    return label("section", section.name());
  };
  out.family("wslb_vrrp_state", "gauge", "Whether the section is in this state.");
  for (const auto& section : status.vrrp()) {
    for (const std::string_view state : kStates) {
      out.sample(of(section) + "," + label("state", state), section.state() == state);
    }
  }
  out.family("wslb_vrrp_priority", "gauge", "The priority in force.");
  for (const auto& section : status.vrrp()) {
    out.sample(of(section), std::uint64_t{section.priority()});
  }
  out.family("wslb_vrrp_last_change_timestamp_seconds", "gauge", "When the state began.");
  for (const auto& section : status.vrrp()) {
    out.sample(of(section), seconds(static_cast<double>(section.since_unix_ms()) / 1000));
  }
  out.family("wslb_vrrp_active_known", "gauge", "Whether some router is known to be active.");
  for (const auto& section : status.vrrp()) out.sample(of(section), !section.active_node().empty());
  out.family("wslb_vrrp_takeover_ready", "gauge",
             "Whether another node of the cluster could take over from the active one now.");
  for (const auto& section : status.vrrp()) {
    out.sample(of(section), successor_of(status, section).verdict == Successor::Verdict::Ready);
  }
}

// What the sections count, "NAME/COUNTER".
struct CounterFamily {
  std::string_view prefix;  // of the counter's name, or all of it
  std::string_view family;
  std::string_view label;  // of what follows the prefix; empty: nothing does
  std::string_view help;
};

constexpr auto kCounterFamilies = std::to_array<CounterFamily>({
    {"entered-", "wslb_vrrp_transitions_total", "state", "Changes of the state, by the new one."},
    {"adverts-sent", "wslb_vrrp_adverts_sent_total", "", "Adverts that were sent."},
    {"adverts-failed", "wslb_vrrp_adverts_failed_total", "", "Adverts that could not be sent."},
    {"adverts-received", "wslb_vrrp_adverts_received_total", "", "Adverts that were accepted."},
    {"adverts-by-link", "wslb_vrrp_adverts_by_link_total", "",
     "Adverts that were heard on the link between the agents alone."},
    {"refused-", "wslb_vrrp_adverts_refused_total", "reason", "Packets that were not accepted."},
    {"resignations-received", "wslb_vrrp_resignations_received_total", "",
     "Accepted adverts of priority 0."},
    {"rivals-heard", "wslb_vrrp_rivals_heard_total", "",
     "Adverts of another router while this node was active."},
    {"vips-differ", "wslb_vrrp_vips_differ_total", "",
     "Accepted adverts that name other addresses."},
    {"checksum-", "wslb_vrrp_checksums_total", "form", "Accepted adverts by form of checksum."},
    {"authentic-but-old", "wslb_vrrp_adverts_old_total", "",
     "Signed adverts of their sender's past."},
    {"address-claimed", "wslb_vrrp_address_claimed_total", "",
     "Times that another host said that it has a VIP while this node was active."},
});

void add_counters(const proto::Status& status, Exposition& out) {
  for (const CounterFamily& family : kCounterFamilies) {
    out.family(family.family, "counter", family.help);
    for (const auto& counter : status.counters()) {
      const std::string_view name = counter.name();
      const auto slash = std::min(name.find('/'), name.size());
      const bool known = std::ranges::any_of(status.vrrp(), [&](const auto& section) {
        return section.name() == name.substr(0, slash);
      });
      if (!known || slash == name.size()) continue;
      const std::string_view what = name.substr(slash + 1);
      if (!what.starts_with(family.prefix)) continue;
      const std::string_view rest = what.substr(family.prefix.size());
      if (rest.empty() != family.label.empty()) continue;
      std::string labels = label("section", name.substr(0, slash));
      if (!rest.empty()) labels += "," + label(family.label, rest);
      out.sample(labels, counter.value());
    }
  }
}

void add_peers(const proto::Status& status, Exposition& out) {
  const auto of = [](const proto::Status::Peer& peer) {
    return label("peer", peer.node()) + "," + label("kind", peer.kind());
  };
  out.family("wslb_peer_connected", "gauge", "Whether the link to the peer is up.");
  for (const auto& peer : status.peers()) out.sample(of(peer), peer.state() == "connected");
  out.family("wslb_peer_lag_seconds", "gauge", "The last round trip on the link.");
  for (const auto& peer : status.peers()) {
    if (peer.lag_ms() > 0) out.sample(of(peer), seconds(peer.lag_ms() / 1000));
  }
  out.family("wslb_peer_unacknowledged_changes", "gauge",
             "Changes of sticky entries that the peer has not acknowledged.");
  for (const auto& peer : status.peers()) out.sample(of(peer), peer.behind());
  out.family("wslb_peer_in_step", "gauge", "Whether the peer has every change of sticky entries.");
  for (const auto& peer : status.peers()) out.sample(of(peer), peer.in_step());
}

// Of the whole agent.
std::uint64_t counter(const proto::Status& status, std::string_view name) {
  for (const auto& one : status.counters()) {
    if (one.name() == name) return one.value();
  }
  return 0;
}

void add_tables(const proto::Status& status, Exposition& out) {
  out.family("wslb_sticky_table_entries", "gauge", "Entries of the shared table.");
  for (const auto& table : status.tables()) {
    out.sample(label("table", table.name()), table.entries());
  }
  out.family("wslb_sticky_table_size", "gauge", "Entries that the shared table may have.");
  for (const auto& table : status.tables()) {
    out.sample(label("table", table.name()), table.size());
  }
  out.single("wslb_sticky_entries_refused_total", "counter",
             "Sticky entries that were refused for want of room or sense.",
             counter(status, "sticky/refused-entries"));
}

void add_proxy(const proto::Status& status, Exposition& out) {
  const proto::Status::Proxy& proxy = status.proxy();
  out.single("wslb_proxy_up", "gauge", "Whether this host's proxy serves.", proxy.state() == "up");
  out.single("wslb_proxy_restarts_total", "counter", "Times that it was lost and came back.",
             proxy.restarts());
  out.single("wslb_proxy_open_tunnels", "gauge", "Its established tunnels.", proxy.tunnels());
  out.single("wslb_vault_kept_connections", "gauge",
             "Connections whose sockets the vault keeps for the proxy's successor.", proxy.kept());
  out.single("wslb_vault_listeners", "gauge", "Listening sockets that it keeps.",
             counter(status, "vault/listeners"));
  out.single("wslb_vault_refused_total", "counter", "Orders of the proxy that it refused.",
             counter(status, "vault/refused"));
  out.single("wslb_vault_no_room_total", "counter",
             "Connections that it could not keep for want of descriptors.",
             counter(status, "vault/no-room"));
  out.single("wslb_proxy_link_garbage_total", "counter",
             "Connections of proxies that were closed for what they sent.",
             counter(status, "proxy-link/garbage"));
  out.single("wslb_proxy_link_refused_total", "counter",
             "Connections of a second proxy that were refused.",
             counter(status, "proxy-link/refused"));
}

}  // namespace

std::string metrics_text(const proto::Status& status) {
  Exposition out;
  out.family("wslb_build_info", "gauge", "1, with what runs here.");
  out.sample(label("version", status.version()) + "," + label("node", status.node()) + "," +
                 label("cluster", status.cluster()),
             true);
  out.single("wslb_start_time_seconds", "gauge", "When the agent was started.",
             seconds(static_cast<double>(status.started_unix_ms()) / 1000));
  out.single("wslb_drained", "gauge", "Whether an operator has drained this node.",
             status.drained());
  out.single("wslb_alarms", "gauge", "Alarms of this node and of what it knows of its peers.",
             std::uint64_t{alarms_of(status).size()});
  out.single("wslb_events_total", "counter", "Events so far.", std::uint64_t{status.events()});
  add_sections(status, out);
  add_counters(status, out);
  add_proxy(status, out);
  add_peers(status, out);
  add_tables(status, out);
  out.single("wslb_peer_link_strangers_total", "counter",
             "Connections to the peer port that came from no peer.",
             counter(status, "peer-link/strangers"));
  return out.take();
}

}  // namespace wslb::view
