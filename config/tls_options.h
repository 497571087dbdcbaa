// The options about TLS that may stand on `bind` and `server` lines, and the ones of both in
// `ssl-default-bind-options` and `ssl-default-server-options`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/statement.h"
#include "config/tls.h"

namespace wslb::config {

// A fragment that begins with "expects", or nothing where the value was right.
using TlsComplaint = std::optional<std::string>;

template <typename Tls>
struct TlsOption {
  std::string_view name;
  bool has_value;
  TlsComplaint (*apply)(Tls&, const std::string& value);
};

// nullptr: there is no such option.
[[nodiscard]] const TlsOption<TlsParams>* find_tls_option(std::string_view name);
[[nodiscard]] const TlsOption<BindTls>* find_bind_tls_option(std::string_view name);
[[nodiscard]] const TlsOption<ServerTls>* find_server_tls_option(std::string_view name);

// Those of a kind of line, for suggestions.
[[nodiscard]] std::vector<std::string_view> bind_tls_option_names();
[[nodiscard]] std::vector<std::string_view> server_tls_option_names();

// A word of `ssl-default-bind-options` or `ssl-default-server-options`, with its value: how many
// arguments it took, 0 after an error.
[[nodiscard]] std::size_t read_default_tls_option(const Statement& statement, std::size_t at,
                                                  TlsParams& params);

// What a line that is at `i` says about TLS: moves `i` to its value. False: it is no TLS option.
// `good` turns false after an error.
template <typename Tls>
bool read_tls_option(const Statement& statement, std::size_t& i, Tls& tls,
                     const TlsOption<Tls>* (*find)(std::string_view), bool& good) {
  const std::string word = statement[i];
  const TlsOption<Tls>* own = find(word);
  const TlsOption<TlsParams>* shared = own == nullptr ? find_tls_option(word) : nullptr;
  if (own == nullptr && shared == nullptr) return false;
  const bool has_value = own != nullptr ? own->has_value : shared->has_value;
  if (has_value && i + 1 >= statement.size()) {
    statement.error("'" + word + "' lacks its value");
    good = false;
    return true;
  }
  const std::string& value = has_value ? statement[++i] : word;
  const TlsComplaint complaint =
      own != nullptr ? own->apply(tls, value) : shared->apply(tls, value);
  if (word == "alpn" && !complaint && ("," + value + ",").find(",h2,") != std::string::npos) {
    statement.warning("'alpn': 'h2' is not offered, this version of wslb speaks HTTP/1.1 alone");
  }
  if (!complaint) return true;
  statement.error("'" + word + "' " + *complaint);
  good = false;
  return true;
}

}  // namespace wslb::config
