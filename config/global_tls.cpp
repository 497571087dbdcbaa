// What `global` says about TLS: defaults of all lines, where paths begin, sessions.
#include <array>
#include <limits>

#include "config/section.h"
#include "config/tls_options.h"

namespace wslb::config {
namespace {

template <std::string TlsParams::*Member, TlsParams GlobalTls::*Side>
void set_tls_text(Draft& draft, const Statement& statement) {
  draft.global.tls.*Side.*Member = statement[0];
}

template <TlsParams GlobalTls::*Side>
void set_tls_options(Draft& draft, const Statement& statement) {
  for (std::size_t i = 0; i < statement.size();) {
    const std::size_t taken = read_default_tls_option(statement, i, draft.global.tls.*Side);
    if (taken == 0) return;
    i += taken;
  }
}

template <std::string GlobalTls::*Member>
void tls_base_path(Draft& draft, const Statement& statement) {
  draft.global.tls.*Member = statement[0];
}

void tls_server_verify(Draft& draft, const Statement& statement) {
  if (statement.is(0, "none")) {
    draft.global.tls.server_verify = TlsVerify::None;
  } else if (statement.is(0, "required")) {
    draft.global.tls.server_verify = TlsVerify::Required;
  } else {
    statement.expects("'none' or 'required'");
  }
}

void tls_lifetime(Draft& draft, const Statement& statement) {
  // HAProxy's: seconds without a unit.
  const std::string& value = statement[0];
  const bool bare = value.find_first_not_of("0123456789") == std::string::npos;
  const auto duration = statement.accept(parse_duration(bare ? value + "s" : value));
  if (!duration) return;
  if (*duration < std::chrono::seconds(1)) return statement.expects("at least 1s");
  draft.global.tls.session_lifetime = *duration;
}

void tls_cache_size(Draft& draft, const Statement& statement) {
  if (const auto value = statement.integer(0, 0, std::numeric_limits<std::int32_t>::max())) {
    draft.global.tls.session_cache = static_cast<std::uint32_t>(*value);
  }
}

constexpr auto kGlobalTlsKeywords = std::to_array<Keyword<Draft>>({
    {"ca-base", "ca-base DIRECTORY", 1, 1, tls_base_path<&GlobalTls::ca_base>},
    {"crt-base", "crt-base DIRECTORY", 1, 1, tls_base_path<&GlobalTls::crt_base>},
    {"ssl-default-bind-ciphers", "ssl-default-bind-ciphers CIPHERS", 1, 1,
     set_tls_text<&TlsParams::ciphers, &GlobalTls::bind_defaults>},
    {"ssl-default-bind-ciphersuites", "ssl-default-bind-ciphersuites CIPHERS", 1, 1,
     set_tls_text<&TlsParams::ciphersuites, &GlobalTls::bind_defaults>},
    {"ssl-default-bind-options", "ssl-default-bind-options OPTION...", 1, kAnyNumber,
     set_tls_options<&GlobalTls::bind_defaults>},
    {"ssl-default-server-ciphers", "ssl-default-server-ciphers CIPHERS", 1, 1,
     set_tls_text<&TlsParams::ciphers, &GlobalTls::server_defaults>},
    {"ssl-default-server-ciphersuites", "ssl-default-server-ciphersuites CIPHERS", 1, 1,
     set_tls_text<&TlsParams::ciphersuites, &GlobalTls::server_defaults>},
    {"ssl-default-server-options", "ssl-default-server-options OPTION...", 1, kAnyNumber,
     set_tls_options<&GlobalTls::server_defaults>},
    {"ssl-server-verify", "ssl-server-verify none|required", 1, 1, tls_server_verify},
    {"tune.ssl.lifetime", "tune.ssl.lifetime DURATION", 1, 1, tls_lifetime},
    {"tune.ssl.cachesize", "tune.ssl.cachesize NUMBER", 1, 1, tls_cache_size},
});

}  // namespace

Keywords<Draft> global_tls_keywords() {
  return kGlobalTlsKeywords;
}

}  // namespace wslb::config
