#include "config/address_kind.h"

#include <algorithm>

namespace wslb::config {

AddressKind kind_of(const base::IpAddress& address) {
  const base::ByteView bytes = address.bytes();
  if (address.is_unspecified()) return AddressKind::Unspecified;
  if (address.is_v4()) {
    if (bytes[0] >= 224) return AddressKind::Multicast;
    return bytes[0] == 127 ? AddressKind::Loopback : AddressKind::Unicast;
  }
  if (bytes[0] == 0xff) return AddressKind::Multicast;
  if (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80) return AddressKind::LinkLocal;
  const bool ten_zeros = std::ranges::all_of(bytes.first(10), [](auto byte) { return byte == 0; });
  if (ten_zeros && bytes[10] == 0xff && bytes[11] == 0xff) return AddressKind::MappedV4;
  const bool one = std::ranges::all_of(bytes.first(15), [](auto byte) { return byte == 0; });
  return one && bytes[15] == 1 ? AddressKind::Loopback : AddressKind::Unicast;
}

bool may_be_a_hosts(const base::IpAddress& address) {
  const AddressKind kind = kind_of(address);
  return kind == AddressKind::Unicast || kind == AddressKind::LinkLocal ||
         kind == AddressKind::Loopback;
}

}  // namespace wslb::config
