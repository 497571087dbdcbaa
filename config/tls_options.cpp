#include "config/tls_options.h"

#include <algorithm>
#include <array>
#include <utility>

#include "config/comma_list.h"

namespace wslb::config {
namespace {

constexpr auto kVersions = std::to_array<std::pair<std::string_view, TlsVersion>>({
    {"TLSv1.0", TlsVersion::V10},
    {"TLSv1.1", TlsVersion::V11},
    {"TLSv1.2", TlsVersion::V12},
    {"TLSv1.3", TlsVersion::V13},
});

TlsComplaint set_version(std::optional<TlsVersion>& target, const std::string& value) {
  const auto found = std::ranges::find(kVersions, value, &decltype(kVersions)::value_type::first);
  if (found == kVersions.end()) {
    return "expects TLSv1.0, TLSv1.1, TLSv1.2 or TLSv1.3, not '" + value + "'";
  }
  target = found->second;
  return std::nullopt;
}

TlsComplaint at_least(TlsParams& tls, TlsVersion version) {
  tls.min_version = std::max(tls.min_version.value_or(TlsVersion::V12), version);
  return std::nullopt;
}

TlsComplaint exactly(TlsParams& tls, TlsVersion version) {
  tls.min_version = tls.max_version = version;
  return std::nullopt;
}

TlsComplaint set_alpn(TlsParams& tls, const std::string& value) {
  tls.alpn.clear();
  for (const std::string_view protocol : split_at_commas(value)) {
    if (protocol.empty() || protocol.size() > 255) return "expects a list such as 'http/1.1'";
    if (protocol != "h2") tls.alpn.emplace_back(protocol);
  }
  if (tls.alpn.empty()) return "'h2' is not supported by this version of wslb; use 'http/1.1'";
  return std::nullopt;
}

TlsComplaint set_verify(TlsParams& tls, const std::string& value) {
  if (value == "none") {
    tls.verify = TlsVerify::None;
  } else if (value == "optional") {
    tls.verify = TlsVerify::Optional;
  } else if (value == "required") {
    tls.verify = TlsVerify::Required;
  } else {
    return "expects 'none', 'optional' or 'required', not '" + value + "'";
  }
  return std::nullopt;
}

template <std::string TlsParams::*Member>
TlsComplaint set_text(TlsParams& tls, const std::string& value) {
  tls.*Member = value;
  return std::nullopt;
}

TlsComplaint accept_silently(TlsParams& /*tls*/, const std::string& /*value*/) {
  return std::nullopt;
}

using TlsParamsOption = TlsOption<TlsParams>;
using TlsText = const std::string&;

constexpr auto kTlsOptions = std::to_array<TlsParamsOption>({
    {"ssl", false, [](TlsParams& t, TlsText) { return t.enabled = true, TlsComplaint(); }},
    {"verify", true, set_verify},
    {"ca-file", true, set_text<&TlsParams::ca_file>},
    {"crl-file", true, set_text<&TlsParams::crl_file>},
    {"alpn", true, set_alpn},
    {"ciphers", true, set_text<&TlsParams::ciphers>},
    {"ciphersuites", true, set_text<&TlsParams::ciphersuites>},
    {"ssl-min-ver", true,
     [](TlsParams& t, const std::string& v) { return set_version(t.min_version, v); }},
    {"ssl-max-ver", true,
     [](TlsParams& t, const std::string& v) { return set_version(t.max_version, v); }},
    {"no-sslv3", false, accept_silently},   // never offered
    {"no-tlsv10", false, accept_silently},  // 1.2 is the least unless ssl-min-ver says else
    {"no-tlsv11", false, [](TlsParams& t, TlsText) { return at_least(t, TlsVersion::V12); }},
    {"no-tlsv12", false, [](TlsParams& t, TlsText) { return at_least(t, TlsVersion::V13); }},
    {"no-tlsv13", false,
     [](TlsParams& t, TlsText) { return t.max_version = TlsVersion::V12, TlsComplaint(); }},
    {"force-tlsv12", false, [](TlsParams& t, TlsText) { return exactly(t, TlsVersion::V12); }},
    {"force-tlsv13", false, [](TlsParams& t, TlsText) { return exactly(t, TlsVersion::V13); }},
    {"no-tls-tickets", false,
     [](TlsParams& t, TlsText) { return t.tickets = false, TlsComplaint(); }},
    {"tls-tickets", false, [](TlsParams& t, TlsText) { return t.tickets = true, TlsComplaint(); }},
});

constexpr auto kBindOptions = std::to_array<TlsOption<BindTls>>({
    {"crt", true,
     [](BindTls& t, TlsText v) { return t.certificates.push_back(v), TlsComplaint(); }},
    {"crt-list", true, [](BindTls& t, TlsText v) { return t.lists.push_back(v), TlsComplaint(); }},
    {"strict-sni", false, [](BindTls& t, TlsText) { return t.strict_sni = true, TlsComplaint(); }},
    {"prefer-client-ciphers", false, [](BindTls&, TlsText) { return TlsComplaint(); }},
});

// `str(NAME)`, `req.hdr(NAME)`, `ssl_fc_sni`.
TlsComplaint set_sni(ServerTls& tls, const std::string& value) {
  const auto argument = [&](std::string_view fetch) -> std::optional<std::string> {
    const std::string start = std::string(fetch) + "(";
    if (!value.starts_with(start) || !value.ends_with(')')) return std::nullopt;
    return value.substr(start.size(), value.size() - start.size() - 1);
  };
  if (value == "ssl_fc_sni") {
    tls.sni = {SniSource::Kind::ClientSni, ""};
  } else if (const auto literal = argument("str")) {
    tls.sni = {SniSource::Kind::Literal, *literal};
  } else if (const auto header = argument("req.hdr") ? argument("req.hdr") : argument("hdr")) {
    tls.sni = {SniSource::Kind::Header, *header};
  } else {
    return "expects 'str(NAME)', 'req.hdr(NAME)' or 'ssl_fc_sni'; other samples are not supported "
           "by this version of wslb";
  }
  return std::nullopt;
}

constexpr auto kServerOptions = std::to_array<TlsOption<ServerTls>>({
    {"crt", true, [](ServerTls& t, TlsText v) { return t.certificate = v, TlsComplaint(); }},
    {"sni", true, set_sni},
    {"verifyhost", true, [](ServerTls& t, TlsText v) { return t.verify_host = v, TlsComplaint(); }},
    {"check-ssl", false, [](ServerTls& t, TlsText) { return t.for_checks = true, TlsComplaint(); }},
    {"no-check-ssl", false,
     [](ServerTls& t, TlsText) { return t.for_checks = false, TlsComplaint(); }},
    {"check-sni", true, [](ServerTls& t, TlsText v) { return t.check_sni = v, TlsComplaint(); }},
    {"no-ssl", false, [](ServerTls& t, TlsText) { return t.enabled = false, TlsComplaint(); }},
    {"ssl-reuse", false, [](ServerTls& t, TlsText) { return t.reuse = true, TlsComplaint(); }},
    {"no-ssl-reuse", false, [](ServerTls& t, TlsText) { return t.reuse = false, TlsComplaint(); }},
});

template <typename Table>
auto find_tls(const Table& table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Table::value_type::name);
  return found == table.end() ? nullptr : &*found;
}

template <typename Table>
std::vector<std::string_view> tls_option_names_of(const Table& table) {
  std::vector<std::string_view> names;
  for (const auto& option : kTlsOptions) names.push_back(option.name);
  for (const auto& option : table) names.push_back(option.name);
  return names;
}

}  // namespace

const TlsOption<TlsParams>* find_tls_option(std::string_view name) {
  return find_tls(kTlsOptions, name);
}

const TlsOption<BindTls>* find_bind_tls_option(std::string_view name) {
  return find_tls(kBindOptions, name);
}

const TlsOption<ServerTls>* find_server_tls_option(std::string_view name) {
  return find_tls(kServerOptions, name);
}

std::vector<std::string_view> bind_tls_option_names() {
  return tls_option_names_of(kBindOptions);
}

std::vector<std::string_view> server_tls_option_names() {
  return tls_option_names_of(kServerOptions);
}

std::size_t read_default_tls_option(const Statement& statement, std::size_t at, TlsParams& params) {
  constexpr auto kAllowed = std::to_array<std::string_view>(
      {"ssl-min-ver", "ssl-max-ver", "no-sslv3", "no-tlsv10", "no-tlsv11", "no-tlsv12", "no-tlsv13",
       "force-tlsv12", "force-tlsv13", "no-tls-tickets", "prefer-client-ciphers"});
  const std::string& word = statement[at];
  if (std::ranges::count(kAllowed, word) == 0) {
    statement.refuse(word);
    return 0;
  }
  if (word == "prefer-client-ciphers") return 1;
  const TlsOption<TlsParams>* option = find_tls_option(word);
  const std::size_t taken = option->has_value ? 2 : 1;
  if (const auto complaint = option->apply(params, statement[at + taken - 1])) {
    statement.error("'" + word + "' " + *complaint);
    return 0;
  }
  return taken;
}

}  // namespace wslb::config
