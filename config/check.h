// What can be settled only when all sections are read: names that refer to one another, values
// that contradict each other, what is missing. Each function reports into `diagnostics`.
#pragma once

#include "config/draft.h"

namespace wslb::config {

void check_cluster(const Draft& draft, Diagnostics& diagnostics);
void check_vrrps(const Draft& draft, Diagnostics& diagnostics);

// Gives each section the authentication that the cluster's secret implies. Before the checks.
void complete_vrrps(Draft& draft);
// Fills in what a finished section follows from: conditions, checks, inherited logs. Once for each.
void complete_proxy(ProxyDraft& draft, const Global& global, Diagnostics& diagnostics);
// The same of what it says about TLS.
void complete_tls(ProxyDraft& draft, const Global& global, Diagnostics& diagnostics);
// Likewise of one server. `in_steps`: steps of its section's check speak TLS.
void complete_server_tls(Server& server, bool in_steps, const GlobalTls& global,
                         Diagnostics& diagnostics);
[[nodiscard]] bool check_speaks_tls(const HealthCheck& check);
// What a server says about its health, without the servers that it tracks.
void check_health_of(const ProxySection& section, const Server& server, Diagnostics& diagnostics);
// After all are complete.
void check_proxies(const std::vector<ProxyDraft>& drafts, Diagnostics& diagnostics);
// Puts the users into their groups.
[[nodiscard]] Userlist complete_userlist(UserlistDraft& draft, Diagnostics& diagnostics);

// Names the table that each rule and sample means, and has it store what they need.
void check_stick_tables(Draft& draft, Diagnostics& diagnostics);

// Puts what `http-errors` sections say into the proxies.
void complete_errors(ProxyDraft& draft, const std::vector<HttpErrors>& sections,
                     Diagnostics& diagnostics);

void check_samples(const std::vector<ProxyDraft>& drafts, Diagnostics& diagnostics);
void check_assignments(const std::vector<ProxyDraft>& drafts, Diagnostics& diagnostics);
void check_userlists(const std::vector<ProxyDraft>& drafts, const Config& config,
                     Diagnostics& diagnostics);
// Whether a sample of `own` is about that server of the backend.
[[nodiscard]] bool asks_about(const ProxySection& own, const ProxySection& backend,
                              const std::string& server);
void check_resolvers(const Draft& draft, Diagnostics& diagnostics);
void check_health(const std::vector<ProxyDraft>& drafts, Diagnostics& diagnostics);

}  // namespace wslb::config
