// A finished `frontend`, `backend` or `listen` by itself: settles what its lines leave open and
// warns of what HAProxy warns of.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "config/check.h"
#include "config/condition.h"
#include "config/condition_needs.h"
#include "config/dynamic_cookie.h"
#include "config/section.h"

namespace wslb::config {
namespace {

template <typename Rules>
void resolve_all(const std::vector<DraftCondition>& conditions, Rules& rules,
                 const ProxyDraft& draft) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    rules[i].condition = resolve(conditions[i], draft);
  }
}

std::string name_of(const ProxyDraft& draft) {
  return std::string(kind_name(draft)) + " '" + draft.section.name + "' ";
}

void check_use_servers(const ProxySection& section, Diagnostics& diagnostics) {
  for (const UseServer& rule : section.use_servers) {
    if (!rule.format.empty()) continue;
    if (std::ranges::count(section.servers, rule.server, &Server::name) > 0) continue;
    diagnostics.error(
        rule.where, "'use-server' names '" + rule.server + "', but the section has no such server");
  }
}

// Servers without an `id` have the number of their place, or the next that nobody took.
void complete_servers(ProxySection& section, Diagnostics& diagnostics) {
  std::map<std::uint32_t, const Server*> taken;
  for (const Server& server : section.servers) {
    if (server.id == 0) continue;
    const auto [other, is_new] = taken.emplace(server.id, &server);
    if (is_new) continue;
    diagnostics.error(server.where, "'server' '" + server.name + "' has the id " +
                                        std::to_string(server.id) + " of the server '" +
                                        other->second->name + "'");
  }
  std::uint32_t next = 1;  // not below its place
  for (Server& server : section.servers) {
    if (server.id == 0) {
      while (taken.contains(next)) ++next;
      server.id = next;
      taken.emplace(next, &server);
    }
    ++next;
    server.maxconn = std::max(server.maxconn, server.minconn);
    if (server.minconn == 0) server.minconn = server.maxconn;
  }
}

// Servers with a cookie of their own keep it.
void complete_cookies(ProxyDraft& draft, Diagnostics& diagnostics) {
  ProxySection& section = draft.section;
  if (!section.is_backend() || !section.cookie || !section.cookie->dynamic) return;
  if (draft.dynamic_cookie_key.empty()) {
    diagnostics.warning(section.where,
                        name_of(draft) + "has 'cookie ... dynamic' but no 'dynamic-cookie-key'");
    return;
  }
  section.cookie->dynamic_key = draft.dynamic_cookie_key;
  for (Server& server : section.servers) {
    if (server.cookie.empty() && server.host.empty()) {
      server.cookie = dynamic_cookie(draft.dynamic_cookie_key, server.address);
    }
  }
}

// Asks for a PONG.
CheckScript redis_script() {
  CheckScript script;
  CheckExpect pong;
  pong.what = CheckExpect::What::Text;
  pong.text = "+PONG\r\n";
  pong.on_error = CheckStatus::L7Status;
  (void)script.add_tcp({CheckSend{"*1\r\n$4\r\nPING\r\n", std::nullopt}, {}, 0});
  (void)script.add_tcp({std::move(pong), {}, 0});
  return script;
}

void complete_checks(ProxyDraft& draft, Diagnostics& diagnostics) {
  if (!draft.section.is_backend()) return;
  using Protocol = HealthCheck::Protocol;
  const CheckDraft& check = draft.check;
  HealthCheck& finished = draft.section.check;
  if (check.protocol == Protocol::Http) finished = check.http.finish(Protocol::Http);
  if (check.protocol == Protocol::Tcp) finished = check.tcp.finish(Protocol::Tcp);
  if (check.protocol == Protocol::Redis) finished = redis_script().finish(Protocol::Redis);
  finished.disable_on_404 = check.disable_on_404;
  finished.logged = check.logged;
  if (check.http_lines && check.protocol != Protocol::Http) {
    diagnostics.warning(*check.http_lines, "'http-check' has no effect without 'option httpchk'");
  }
  if (check.tcp_lines && check.protocol != Protocol::Tcp) {
    diagnostics.warning(*check.tcp_lines, "'tcp-check' has no effect without 'option tcp-check'");
  }
}

// In TCP mode nothing reads HTTP.
void complete_tcp(ProxyDraft& draft, Diagnostics& diagnostics) {
  ProxySection& section = draft.section;
  const auto ignored = [&](const std::string& what) {
    diagnostics.warning(section.where,
                        what + " is ignored in " + name_of(draft) + "because it needs 'mode http'");
  };
  if (section.is_backend() && section.cookie) ignored("'cookie'");
  section.cookie.reset();
  for (Server& server : section.servers) {
    if (!server.cookie.empty()) ignored("the cookie of the server '" + server.name + "'");
    server.cookie.clear();
  }
  if (section.options.forward_for) ignored("'option forwardfor'");
  if (section.options.original_to) ignored("'option originalto'");
  section.options.original_to.reset();
  if (!section.monitor_uri.empty()) ignored("'monitor-uri'");
  if (section.stats_page) ignored("'stats'");
  section.stats_page.reset();
  section.options.forward_for.reset();
  if (draft.log_kind == LogKind::Http) {
    if (section.is_frontend()) ignored("'option httplog'");
    section.log_format = tcp_log_format();
  }
  for (const UseBackend& rule : section.use_backends) {
    if (needs(rule.condition) <= Needs::Content) continue;
    diagnostics.error(rule.where, "'use_backend' has a condition on HTTP, which needs 'mode http'");
  }
}

void complete_log(ProxyDraft& draft, Diagnostics& diagnostics) {
  ProxySection& section = draft.section;
  if (!section.is_frontend()) return;
  const bool http = section.mode == Mode::Http;
  if (draft.log_kind == LogKind::None) section.log_format = default_log_format(http);
  if (http) return;
  const std::string_view variable = http_only_variable(section.log_format);
  if (!variable.empty()) {
    diagnostics.error(draft.log_format_where, "'log-format' uses '%" + std::string(variable) +
                                                  "', which needs 'mode http'");
  }
  const bool captures = section.cookie_capture || !section.request_captures.empty() ||
                        !section.response_captures.empty();
  if (captures) {
    diagnostics.warning(section.where, "'capture' is ignored in " + name_of(draft) +
                                           "because it needs 'mode http'");
  }
  section.unique_id_header.clear();
  section.request_captures.clear();
  section.response_captures.clear();
  section.cookie_capture.reset();
}

void warn_of_timeouts(const ProxyDraft& draft, Diagnostics& diagnostics) {
  const ProxySection& section = draft.section;
  const Timeouts& timeouts = section.timeouts;
  std::string missing;
  const auto require = [&](bool needed, bool given, const std::string& name) {
    if (needed && !given) missing += (missing.empty() ? "'timeout " : ", 'timeout ") + name + "'";
  };
  const bool has_servers = section.is_backend() && !section.servers.empty();
  const bool tunnel_suffices = section.mode == Mode::Tcp && timeouts.tunnel;
  require(section.is_frontend(), timeouts.client.has_value(), "client");
  require(has_servers, timeouts.connect.has_value(), "connect");
  require(has_servers && !tunnel_suffices, timeouts.server.has_value(), "server");
  if (missing.empty()) return;
  diagnostics.warning(
      section.where, name_of(draft) + "lacks " + missing + ": dead connections will stay for ever");
}

void warn_of_frontend(const ProxyDraft& draft, Diagnostics& diagnostics) {
  const ProxySection& section = draft.section;
  if (section.binds.empty()) {
    diagnostics.warning(section.where, name_of(draft) + "has no 'bind' and serves nobody");
  }
  const auto& logs = section.logs;
  if (draft.log_kind == LogKind::Custom && logs.empty()) {
    diagnostics.warning(draft.log_format_where,
                        "'log-format' is of no use in " + name_of(draft) + "without a 'log'");
  } else if (draft.log_kind != LogKind::None && logs.empty()) {
    diagnostics.warning(section.where, name_of(draft) +
                                           "has 'option httplog' or 'tcplog' but no 'log' to "
                                           "write to");
  }
}

}  // namespace

void complete_proxy(ProxyDraft& draft, const Global& global, Diagnostics& diagnostics) {
  ProxySection& section = draft.section;
  resolve_all(draft.monitor_conditions, section.monitor_failures, draft);
  resolve_all(draft.conditions, section.use_backends, draft);
  resolve_all(draft.request_conditions, section.request_rules, draft);
  resolve_all(draft.redirect_conditions, section.redirects, draft);
  resolve_all(draft.response_conditions, section.response_rules, draft);
  resolve_all(draft.answer_conditions, section.answer_rules, draft);
  resolve_all(draft.session_conditions, section.session_rules, draft);
  resolve_all(draft.connection_conditions, section.connection_rules, draft);
  resolve_all(draft.content_conditions, section.content_rules, draft);
  resolve_all(draft.persist_conditions, section.persist_rules, draft);
  resolve_all(draft.server_conditions, section.use_servers, draft);
  resolve_all(draft.stick_conditions, section.stick_rules, draft);
  resolve_all(draft.store_response_conditions, section.store_responses, draft);
  check_use_servers(section, diagnostics);
  check_rules(draft, diagnostics);
  if (draft.log_global) {
    section.logs.insert(section.logs.begin(), global.logs.begin(), global.logs.end());
  }
  // What defaults give to a side that this section lacks means nothing here.
  if (!section.is_backend()) section.cookie.reset();
  if (!section.is_frontend()) section.default_backend.clear();
  section.sources = draft.sources;
  for (Server& server : section.servers) {
    if (server.sources.empty()) server.sources = draft.sources;
  }
  complete_servers(section, diagnostics);
  complete_cookies(draft, diagnostics);
  complete_checks(draft, diagnostics);
  if (section.mode == Mode::Tcp) complete_tcp(draft, diagnostics);
  complete_log(draft, diagnostics);
  warn_of_timeouts(draft, diagnostics);
  if (section.is_frontend()) warn_of_frontend(draft, diagnostics);
}

}  // namespace wslb::config
