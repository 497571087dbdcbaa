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

}  // namespace wslb::config
