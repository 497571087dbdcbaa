// The words of HAProxy's language that wslb does not implement, so that an operator is told
// "not supported by this version" rather than "unknown". A version that implements one takes it
// off the list here.
#pragma once

#include <span>
#include <string_view>

namespace wslb::config {

using Words = std::span<const std::string_view>;

// Sections besides those that are read.
[[nodiscard]] Words haproxy_sections();
// Keywords of `global`, and of `defaults`, `frontend`, `backend` and `listen`; by their first
// word, or by two such as "option tcpka".
[[nodiscard]] Words haproxy_global_keywords();
[[nodiscard]] Words haproxy_proxy_keywords();
[[nodiscard]] Words haproxy_peers_keywords();
// What may follow the address of `bind` and of `server`.
[[nodiscard]] Words haproxy_bind_words();
[[nodiscard]] Words haproxy_server_words();
// Samples, matches and predefined conditions of ACLs.
[[nodiscard]] Words haproxy_fetches();

// What has no meaning in wslb and is passed over with a warning: `word` is the keyword, `reason`
// says why it does nothing.
struct Meaningless {
  std::string_view word;
  std::string_view reason;
};
[[nodiscard]] std::span<const Meaningless> meaningless_global_keywords();
[[nodiscard]] std::span<const Meaningless> meaningless_proxy_keywords();

// What HAProxy itself no longer reads: what to write instead.
struct Removed {
  std::string_view word;
  std::string_view instead;
};
[[nodiscard]] std::span<const Removed> removed_keywords();

}  // namespace wslb::config
