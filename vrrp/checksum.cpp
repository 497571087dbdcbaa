#include "vrrp/checksum.h"

#include "base/checksum.h"

namespace wslb::vrrp {

namespace {

// RFC 8200, section 8.1; RFC 5798 uses the IPv4 form of it (RFC 768).
void add_pseudo_header(base::InternetChecksum& sum, const base::IpAddress& source,
                       const base::IpAddress& destination, std::size_t length) {
  sum.add(source.bytes());
  sum.add(destination.bytes());
  sum.add_u16(static_cast<std::uint16_t>(length));
  sum.add_u16(ip_protocol);
}

}  // namespace

std::uint16_t checksum(base::ByteView message, const base::IpAddress& source,
                       const base::IpAddress& destination, ChecksumForm form) {
  base::InternetChecksum sum;
  switch (form) {
    case ChecksumForm::PseudoHeader:
      add_pseudo_header(sum, source, destination, message.size());
      break;
    case ChecksumForm::GroupPseudoHeader:
      add_pseudo_header(sum, source, multicast_group(source.family()), message.size());
      break;
    case ChecksumForm::MessageOnly:
      break;
  }
  sum.add(message);
  return sum.value();
}

std::vector<ChecksumForm> accepted_forms(std::uint8_t version, base::Family family) {
  if (version == 2) return {ChecksumForm::MessageOnly};
  if (family == base::Family::V6) return {ChecksumForm::PseudoHeader};
  return {ChecksumForm::PseudoHeader, ChecksumForm::GroupPseudoHeader, ChecksumForm::MessageOnly};
}

base::IpAddress multicast_group(base::Family family) {
  if (family == base::Family::V4) return base::IpAddress(base::IpAddress::V4{224, 0, 0, 18});
  return base::IpAddress(
      base::IpAddress::V6{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12});
}

}  // namespace wslb::vrrp
