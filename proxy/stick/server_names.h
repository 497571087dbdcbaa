// The names of servers as numbers, since many entries lead to few servers. A name that no entry
// uses any more gives its number back.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wslb::proxy::stick {

class ServerNames {
 public:
  // One more user of the name. 0 is nobody's; an empty name has it.
  [[nodiscard]] std::uint32_t take(std::string_view name);
  void give_back(std::uint32_t number);
  [[nodiscard]] std::string_view text(std::uint32_t number) const;

 private:
  struct Name {
    std::string text;
    std::uint32_t users = 0;
  };
  std::vector<Name> names_;  // number 1 is the first
  std::vector<std::uint32_t> unused_;
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
};

}  // namespace wslb::proxy::stick
