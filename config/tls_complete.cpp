// Settles what `bind` and `server` lines leave open about TLS: the defaults of `global`, where
// relative paths begin, and what must not be missing.
#include <algorithm>
#include <string>
#include <variant>

#include "config/check.h"

namespace wslb::config {
namespace {

std::string below(const std::string& base, const std::string& path) {
  const bool fixed = path.empty() || path.front() == '/' || path.front() == '@' || base.empty();
  return fixed ? path : base + "/" + path;
}

void inherit(TlsParams& tls, const TlsParams& defaults, const GlobalTls& global) {
  if (!tls.min_version) tls.min_version = defaults.min_version;
  if (!tls.max_version) tls.max_version = defaults.max_version;
  if (!tls.tickets) tls.tickets = defaults.tickets;
  if (tls.ciphers.empty()) tls.ciphers = defaults.ciphers;
  if (tls.ciphersuites.empty()) tls.ciphersuites = defaults.ciphersuites;
  tls.ca_file = below(global.ca_base, tls.ca_file);
  tls.crl_file = below(global.ca_base, tls.crl_file);
}

void check_versions(const TlsParams& tls, const Location& where, Diagnostics& diagnostics) {
  if (!tls.max_version || tls.min_version.value_or(TlsVersion::V12) <= *tls.max_version) return;
  diagnostics.error(where,
                    "the TLS options leave no version: 'ssl-min-ver' (TLSv1.2 if not set) "
                    "is above 'ssl-max-ver'");
}

void complete_bind(Bind& bind, const GlobalTls& global, Diagnostics& diagnostics) {
  BindTls& tls = bind.tls;
  const bool has_certificates = !tls.certificates.empty() || !tls.lists.empty();
  if (!tls.enabled) {
    if (has_certificates) {
      diagnostics.warning(bind.where,
                          "'bind' 'crt' has no effect without 'ssl': clients are "
                          "served in clear text");
    }
    return;
  }
  inherit(tls, global.bind_defaults, global);
  for (std::string& path : tls.certificates) path = below(global.crt_base, path);
  check_versions(tls, bind.where, diagnostics);
  if (!has_certificates) {
    diagnostics.error(bind.where, "'bind' 'ssl' needs a certificate; add 'crt FILE'");
  }
  const bool verifies = tls.verify.value_or(TlsVerify::None) != TlsVerify::None;
  if (verifies && tls.ca_file.empty()) {
    diagnostics.error(bind.where,
                      "'bind' 'verify' needs the authorities that sign clients' "
                      "certificates; add 'ca-file FILE'");
  }
}

}  // namespace

void complete_server_tls(Server& server, bool in_steps, const GlobalTls& global,
                         Diagnostics& diagnostics) {
  server.tls.for_check_steps = in_steps && server.check.enabled;
  ServerTls& tls = server.tls;
  if (!tls.enabled && !tls.for_checks.value_or(false) && !tls.for_check_steps) return;
  inherit(tls, global.server_defaults, global);
  tls.certificate = below(global.crt_base, tls.certificate);
  check_versions(tls, server.where, diagnostics);
  if (tls.verify == TlsVerify::Optional) {
    diagnostics.error(server.where, "'server' 'verify' expects 'none' or 'required'");
  }
  if (!tls.verify) tls.verify = global.server_verify.value_or(TlsVerify::Required);
  if (tls.verify == TlsVerify::Required && tls.ca_file.empty()) {
    diagnostics.error(server.where,
                      "'server' 'ssl' verifies the server's certificate and needs "
                      "'ca-file FILE' or 'ca-file @system-ca'; or say 'verify none'");
  }
}

bool check_speaks_tls(const HealthCheck& check) {
  return std::ranges::any_of(check.steps, [](const CheckStep& step) {
    const auto* connect = std::get_if<CheckConnect>(&step.action);
    return connect != nullptr && connect->tls;
  });
}

void complete_tls(ProxyDraft& draft, const Global& global, Diagnostics& diagnostics) {
  for (Bind& bind : draft.section.binds) complete_bind(bind, global.tls, diagnostics);
  const bool in_steps = check_speaks_tls(draft.section.check);
  for (Server& server : draft.section.servers) {
    complete_server_tls(server, in_steps, global.tls, diagnostics);
  }
}

}  // namespace wslb::config
