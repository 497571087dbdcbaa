#include "config/config.h"

#include <algorithm>

namespace wslb::config {

const ProxySection* Config::find_backend(std::string_view name) const {
  const auto found = std::ranges::find_if(
      proxies, [&](const ProxySection& proxy) { return proxy.is_backend() && proxy.name == name; });
  return found == proxies.end() ? nullptr : &*found;
}

const Userlist* Config::find_userlist(std::string_view name) const {
  const auto found = std::ranges::find(userlists, name, &Userlist::name);
  return found == userlists.end() ? nullptr : &*found;
}

std::vector<const StickTable*> Config::stick_tables() const {
  std::vector<const StickTable*> tables;
  for (const PeersSection& section : peers) {
    for (const StickTable& table : section.tables) tables.push_back(&table);
  }
  for (const ProxySection& proxy : proxies) {
    if (proxy.stick_table) tables.push_back(&*proxy.stick_table);
  }
  return tables;
}

}  // namespace wslb::config
