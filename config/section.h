// One function for each kind of section: applies a line to the section's draft.
#pragma once

#include <string_view>

#include "config/draft.h"
#include "config/keyword.h"
#include "config/lexer.h"

namespace wslb::config {

void read_global_line(const Line& line, Draft& draft, Diagnostics& diagnostics);
void read_cluster_line(const Line& line, ClusterDraft& draft, Diagnostics& diagnostics);
void read_userlist_line(const Line& line, UserlistDraft& draft, Diagnostics& diagnostics);
void read_http_errors_line(const Line& line, HttpErrors& section, Diagnostics& diagnostics);
void read_peers_line(const Line& line, PeersSection& section, Diagnostics& diagnostics);
void read_resolvers_line(const Line& line, ResolversDraft& draft, Diagnostics& diagnostics);
void read_vrrp_line(const Line& line, VrrpDraft& draft, Diagnostics& diagnostics);
void read_proxy_line(const Line& line, ProxyDraft& draft, Diagnostics& diagnostics);

// "frontend", "backend", "listen" or "defaults".
[[nodiscard]] std::string_view kind_name(const ProxyDraft& draft);

// The tables, in the order of the reference page.
[[nodiscard]] Keywords<Draft> global_keywords();
[[nodiscard]] Keywords<Draft> global_tls_keywords();
[[nodiscard]] Keywords<ClusterDraft> cluster_keywords();
[[nodiscard]] Keywords<UserlistDraft> userlist_keywords();
[[nodiscard]] Keywords<PeersSection> peers_keywords();
[[nodiscard]] Keywords<HttpErrors> http_errors_keywords();
[[nodiscard]] Keywords<ResolversDraft> resolvers_keywords();
[[nodiscard]] Keywords<VrrpDraft> vrrp_wire_keywords();
[[nodiscard]] Keywords<VrrpDraft> vrrp_policy_keywords();
// Those of proxies in parts; a part's rows need the same side of a proxy or none.
[[nodiscard]] Keywords<ProxyDraft> frontend_keywords();
[[nodiscard]] Keywords<ProxyDraft> backend_keywords();
[[nodiscard]] Keywords<ProxyDraft> check_keywords();
[[nodiscard]] Keywords<ProxyDraft> retry_keywords();
[[nodiscard]] Keywords<ProxyDraft> balance_keywords();
[[nodiscard]] Keywords<ProxyDraft> cookie_keywords();
[[nodiscard]] Keywords<ProxyDraft> option_keywords();
[[nodiscard]] Keywords<ProxyDraft> log_keywords();
[[nodiscard]] Keywords<ProxyDraft> error_keywords();
[[nodiscard]] Keywords<ProxyDraft> timeout_keywords();
[[nodiscard]] Keywords<ProxyDraft> stats_keywords();
[[nodiscard]] Keywords<ProxyDraft> rule_keywords();
[[nodiscard]] Keywords<ProxyDraft> persist_keywords();
[[nodiscard]] Keywords<ProxyDraft> stick_keywords();

}  // namespace wslb::config
