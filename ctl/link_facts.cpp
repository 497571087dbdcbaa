#include "ctl/link_facts.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include "base/file.h"

namespace wslb::ctl {
namespace {

using doctor::LinkFacts;

template <typename Address>
base::ByteView bytes_of(const Address& address) {
  return {reinterpret_cast<const std::uint8_t*>(&address), sizeof address};
}

int prefix_of(base::ByteView mask) {
  int bits = 0;
  for (const std::uint8_t byte : mask) bits += __builtin_popcount(byte);
  return bits;
}

void add_address(const ifaddrs& one, LinkFacts& link) {
  if (one.ifa_addr == nullptr || one.ifa_netmask == nullptr) return;
  if (one.ifa_addr->sa_family == AF_INET) {
    const auto& address = *reinterpret_cast<const sockaddr_in*>(one.ifa_addr);
    const auto& mask = *reinterpret_cast<const sockaddr_in*>(one.ifa_netmask);
    link.addresses.push_back({base::IpAddress::from_bytes(bytes_of(address.sin_addr)),
                              prefix_of(bytes_of(mask.sin_addr))});
  } else if (one.ifa_addr->sa_family == AF_INET6) {
    const auto& address = *reinterpret_cast<const sockaddr_in6*>(one.ifa_addr);
    const auto& mask = *reinterpret_cast<const sockaddr_in6*>(one.ifa_netmask);
    link.addresses.push_back({base::IpAddress::from_bytes(bytes_of(address.sin6_addr)),
                              prefix_of(bytes_of(mask.sin6_addr))});
  }
}

// "NAME=value" of one of systemd's or NetworkManager's state files; empty: none.
std::string value_in(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + "=")) return line.substr(name.size() + 1);
  }
  return "";
}

bool keeps_configuration(const std::string& network_file) {
  std::vector<std::string> files{network_file};
  const std::string name = std::filesystem::path(network_file).filename();
  for (const char* folder :
       {"/etc/systemd/network/", "/run/systemd/network/", "/usr/lib/systemd/network/"}) {
    std::error_code error;
    for (const auto& drop_in : std::filesystem::directory_iterator(folder + name + ".d", error)) {
      files.push_back(drop_in.path());
    }
  }
  return std::ranges::any_of(files, [](const std::string& file) {
    const std::string value = value_in(file, "KeepConfiguration");
    return value == "yes" || value == "static" || value == "true";
  });
}

void read_managers(LinkFacts& link) {
  const std::string index = std::to_string(link.index);
  const std::string networkd = "/run/systemd/netif/links/" + index;
  const std::string network_file = value_in(networkd, "NETWORK_FILE");
  link.networkd = !network_file.empty() && value_in(networkd, "ADMIN_STATE") != "unmanaged";
  link.networkd_keeps = link.networkd && keeps_configuration(network_file);
  const std::string managed = value_in("/run/NetworkManager/devices/" + index, "managed");
  link.network_manager = managed == "1" || managed == "true" || managed == "full";
}

}  // namespace

std::map<std::string, LinkFacts> read_links() {
  std::map<std::string, LinkFacts> links;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return links;
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
    LinkFacts& link = links[one->ifa_name];
    link.up = (one->ifa_flags & IFF_UP) != 0;
    link.carrier = (one->ifa_flags & IFF_RUNNING) != 0;
    link.multicast = (one->ifa_flags & IFF_MULTICAST) != 0;
    link.arp = (one->ifa_flags & IFF_NOARP) == 0;
    link.loopback = (one->ifa_flags & IFF_LOOPBACK) != 0;
    add_address(*one, link);
  }
  ::freeifaddrs(all);
  for (auto& [name, link] : links) {
    link.index = static_cast<int>(::if_nametoindex(name.c_str()));
    read_managers(link);
  }
  return links;
}

std::vector<std::string> read_default_routes() {
  std::vector<std::string> names;
  std::ifstream routes("/proc/net/route");
  std::string line;
  std::getline(routes, line);  // the heading
  while (std::getline(routes, line)) {
    std::istringstream words(line);
    std::string name;
    std::string destination;
    words >> name >> destination;
    if (destination == "00000000" && std::ranges::count(names, name) == 0) names.push_back(name);
  }
  return names;
}

}  // namespace wslb::ctl
