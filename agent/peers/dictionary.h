// Server names on the wire: each goes once with its text and by its number 1 .. 128 afterwards, so
// that an entry costs two bytes instead of a name. One of each kind for a connection, forgotten
// with it. Used by the codec of updates.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace wslb::agent::peers {

inline constexpr std::uint8_t kNamesMax = 128;

// What we have told the peer.
class SentNames {
 public:
  struct Entry {
    std::uint8_t id = 0;  // 1 .. kNamesMax
    bool is_new = false;  // the peer has not heard it: the text must follow
  };
  // With more names than numbers the oldest number is given anew.
  Entry find_or_add(const std::string& name);

 private:
  std::array<std::string, kNamesMax> names_;
  std::unordered_map<std::string, std::uint8_t> ids_;
  std::uint8_t next_ = 0;
};

// What the peer has told us.
class LearnedNames {
 public:
  // False: no number that a peer may use.
  bool learn(std::uint64_t id, std::string_view name);
  // Null where the number was never explained.
  [[nodiscard]] const std::string* find(std::uint64_t id) const;

 private:
  std::array<std::string, kNamesMax> names_;
};

}  // namespace wslb::agent::peers
