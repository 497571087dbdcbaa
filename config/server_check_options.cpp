// What a `server` line says about its checks and about what its health follows from.
#include <array>
#include <limits>

#include "config/server_option.h"

namespace wslb::config {
namespace {

constexpr std::int64_t kNumberMax = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kCheckPortMax = 65535;

Complaint set_host(std::optional<base::IpAddress>& target, const std::string& value) {
  const auto address = parse_host(value);
  if (!address) return address.error().message;
  target = *address;
  return std::nullopt;
}

// A port behind the address counts where `port` says none.
Complaint set_check_address(Server& server, const std::string& value) {
  const auto address = parse_host_port(value);
  if (!address) return address.error().message;
  if (!address->host) return "expects ADDRESS[:PORT], not '" + value + "'";
  server.check.address = address->host;
  if (server.check.port == 0) server.check.port = address->port.value_or(0);
  return std::nullopt;
}

Complaint set_observe(Server& server, const std::string& value) {
  if (value != "layer4" && value != "layer7") {
    return "expects 'layer4' or 'layer7', not '" + value + "'";
  }
  server.observe.mode =
      value == "layer4" ? ObserveParams::Mode::Layer4 : ObserveParams::Mode::Layer7;
  return std::nullopt;
}

Complaint set_on_error(Server& server, const std::string& value) {
  using OnError = ObserveParams::OnError;
  if (value == "fastinter") {
    server.observe.on_error = OnError::FastInter;
  } else if (value == "fail-check") {
    server.observe.on_error = OnError::FailCheck;
  } else if (value == "sudden-death") {
    server.observe.on_error = OnError::SuddenDeath;
  } else if (value == "mark-down") {
    server.observe.on_error = OnError::MarkDown;
  } else {
    return "expects 'fastinter', 'fail-check', 'sudden-death' or 'mark-down', not '" + value + "'";
  }
  return std::nullopt;
}

Complaint set_track(Server& server, const std::string& value) {
  const auto slash = value.find('/');
  TrackedServer track;
  if (slash != std::string::npos) track.backend = value.substr(0, slash);
  track.server = slash == std::string::npos ? value : value.substr(slash + 1);
  if (track.server.empty() || slash == 0) return "expects [BACKEND/]SERVER, not '" + value + "'";
  server.track = std::move(track);
  return std::nullopt;
}

Complaint set_on_marked_down(Server& server, const std::string& value) {
  if (value != "shutdown-sessions") return "expects 'shutdown-sessions', not '" + value + "'";
  server.down_ends_sessions = true;
  return std::nullopt;
}

Complaint set_on_marked_up(Server& server, const std::string& value) {
  if (value != "shutdown-backup-sessions") {
    return "expects 'shutdown-backup-sessions', not '" + value + "'";
  }
  server.up_ends_backup_sessions = true;
  return std::nullopt;
}

constexpr auto kCheckOptions = std::to_array<ServerOption>({
    {"inter", true, [](Server& s, const std::string& v) { return set_interval(s.check.inter, v); }},
    {"fastinter", true,
     [](Server& s, const std::string& v) { return set_interval(s.check.fastinter, v); }},
    {"downinter", true,
     [](Server& s, const std::string& v) { return set_interval(s.check.downinter, v); }},
    {"rise", true,
     [](Server& s, const std::string& v) { return set_number(s.check.rise, v, 1, kNumberMax); }},
    {"fall", true,
     [](Server& s, const std::string& v) { return set_number(s.check.fall, v, 1, kNumberMax); }},
    {"check", false,
     [](Server& s, const std::string&) { return s.check.enabled = true, Complaint(); }},
    {"no-check", false,
     [](Server& s, const std::string&) { return s.check.enabled = false, Complaint(); }},
    {"addr", true, set_check_address},
    {"port", true,
     [](Server& s, const std::string& v) { return set_number(s.check.port, v, 0, kCheckPortMax); }},
    {"check-send-proxy", false,
     [](Server& s, const std::string&) { return s.check_send_proxy = true, Complaint(); }},
    {"no-check-send-proxy", false,
     [](Server& s, const std::string&) { return s.check_send_proxy = false, Complaint(); }},
    {"agent-check", false,
     [](Server& s, const std::string&) { return s.agent.enabled = true, Complaint(); }},
    {"no-agent-check", false,
     [](Server& s, const std::string&) { return s.agent.enabled = false, Complaint(); }},
    {"agent-port", true,
     [](Server& s, const std::string& v) { return set_number(s.agent.port, v, 0, kCheckPortMax); }},
    {"agent-addr", true,
     [](Server& s, const std::string& v) { return set_host(s.agent.address, v); }},
    {"agent-inter", true,
     [](Server& s, const std::string& v) { return set_interval(s.agent.inter, v); }},
    {"agent-send", true,
     [](Server& s, const std::string& v) { return s.agent.send = v, Complaint(); }},
    {"observe", true, set_observe},
    {"error-limit", true,
     [](Server& s,
        const std::string& v) { return set_number(s.observe.error_limit, v, 1, kNumberMax); }},
    {"on-error", true, set_on_error},
    {"on-marked-down", true, set_on_marked_down},
    {"on-marked-up", true, set_on_marked_up},
    {"track", true, set_track},
});

}  // namespace

std::span<const ServerOption> server_check_options() {
  return kCheckOptions;
}

}  // namespace wslb::config
