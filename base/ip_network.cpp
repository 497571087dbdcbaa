#include "base/ip_network.h"

#include <charconv>

namespace wslb::base {

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpNetwork network;
  network.address_ = *address;
  const unsigned most = address->is_v4() ? 32 : 128;
  network.bits_ = most;
  if (slash == std::string_view::npos) return network;
  const std::string_view bits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), network.bits_);
  const bool whole = error == std::errc{} && end == bits.data() + bits.size();
  if (!whole || network.bits_ > most) return std::nullopt;
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
  if (address.family() != address_.family()) return false;
  const ByteView ours = address_.bytes();
  const ByteView theirs = address.bytes();
  for (unsigned bit = 0; bit < bits_; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if (((static_cast<unsigned>(ours[bit / 8]) ^ static_cast<unsigned>(theirs[bit / 8])) & mask) !=
        0) {
      return false;
    }
  }
  return true;
}

}  // namespace wslb::base
