#include "proxy/resolver_commands.h"

#include <array>
#include <cstdint>
#include <utility>

namespace wslb::proxy {

std::string show_resolvers(RuntimeContext& context, const CommandWords& words) {
  constexpr std::size_t kColumn = 13;
  std::string text;
  for (const auto& section : context.names->sections()) {
    const std::string& name = section->configured.name;
    if (words.size() > 2 && words[2] != name) continue;
    text += "Resolvers section " + name + "\n";
    for (const auto& server : section->servers) {
      const DnsCounts& counts = server->counts();
      text += " nameserver " + server->name() + ":\n";
      using Row = std::pair<std::string, std::uint64_t>;
      for (const auto& [what, count] : std::to_array<Row>({{"sent:", counts.sent},
                                                           {"valid:", counts.valid},
                                                           {"nx:", counts.nx},
                                                           {"timeout:", counts.timeout},
                                                           {"refused:", counts.refused},
                                                           {"other:", counts.other}})) {
        text.append("  ").append(what).append(kColumn - what.size(), ' ');
        text += std::to_string(count) + "\n";
      }
    }
  }
  if (text.empty() && words.size() > 2) return "Can't find that resolvers section\n";
  return text;
}

}  // namespace wslb::proxy
