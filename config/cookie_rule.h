// `cookie NAME ...`: how a backend binds its clients to servers by a cookie.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace wslb::config {

struct CookieRule {
  enum class Kind : std::uint8_t { Insert, Prefix, Rewrite, Passive };

  std::string name;
  Kind kind = Kind::Insert;  // Passive: only read; the servers set it themselves
  bool indirect = false;     // the servers do not see it
  bool nocache = false;      // responses that set it are not for shared caches
  bool postonly = false;     // set in answers to POST only
  bool preserve = false;     // one that a server sets itself goes through
  bool http_only = false;
  bool secure = false;
  std::string dynamic_key{};         // of `dynamic-cookie-key`, where `dynamic` is set
  bool dynamic = false;              // of servers without one it is made of key and address
  std::chrono::seconds max_idle{0};  // unused for so long it counts no more; 0: for ever
  std::chrono::seconds max_life{0};  // likewise, since it was first set
  std::string domain{};              // "a.com; domain=b.com" where several were given
  std::string attributes{};          // "SameSite=None; Partitioned"

  // HAProxy's log says nothing of a cookie that is only read.
  [[nodiscard]] bool is_logged() const { return kind != Kind::Passive || indirect; }
};

}  // namespace wslb::config
