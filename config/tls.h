// What is said about TLS on `bind` and `server` lines and in `global`. Paths as written; whether
// the files are there and hold what they should is found out by who reads them, the proxy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "config/diagnostic.h"

namespace wslb::config {

enum class TlsVersion : std::uint8_t { V10, V11, V12, V13 };
enum class TlsVerify : std::uint8_t { None, Optional, Required };

// Both sides.
struct TlsParams {
  bool enabled = false;                   // `ssl`
  std::optional<TlsVersion> min_version;  // else 1.2
  std::optional<TlsVersion> max_version;  // else the newest
  std::string ciphers;                    // up to 1.2, in OpenSSL's form; empty: its default
  std::string ciphersuites;               // of 1.3
  std::optional<bool> tickets;            // else on
  std::vector<std::string> alpn;          // what is offered or accepted, the best first
  std::optional<TlsVerify> verify;        // else none for clients, required for servers
  std::string ca_file;                    // a file, a directory, or "@system-ca"
  std::string crl_file;
};

// `bind ... ssl`.
struct BindTls : TlsParams {
  std::vector<std::string> certificates;  // `crt`: files and directories, in their order
  std::vector<std::string> lists;         // `crt-list`
  bool strict_sni = false;                // no certificate for a name that none is for
};

// `sni EXPRESSION`: the name that a server is asked for.
struct SniSource {
  enum class Kind : std::uint8_t { None, Literal, Header, ClientSni };
  Kind kind = Kind::None;
  std::string text;  // the name, or the header's
};

// `server ... ssl`.
struct ServerTls : TlsParams {
  std::string certificate;  // `crt`: who we are; empty: nobody
  std::string verify_host;  // the name that its certificate must be for; else that of `sni`
  SniSource sni;
  std::optional<bool> for_checks;  // `check-ssl`, `no-check-ssl`; else as the server
  std::string check_sni;
  bool for_check_steps = false;  // a step of its check says `ssl`
  bool reuse = true;             // resume sessions
};

// Of `global`.
struct GlobalTls {
  TlsParams bind_defaults;
  TlsParams server_defaults;
  std::optional<TlsVerify> server_verify;  // `ssl-server-verify`
  std::string ca_base;                     // where relative paths begin
  std::string crt_base;
  base::Duration session_lifetime = std::chrono::seconds(300);
  std::uint32_t session_cache = 20000;  // sessions of clients that use no tickets
};

}  // namespace wslb::config
