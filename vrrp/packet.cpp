#include "vrrp/packet.h"

#include <algorithm>
#include <cassert>
#include <chrono>

#include "base/checksum.h"

namespace wslb::vrrp {

namespace {

constexpr std::uint8_t type_advertisement = 1;
constexpr std::size_t header_bytes = 8;
constexpr std::size_t v2_trailer_bytes = 8;  // authentication data, always there
constexpr std::size_t checksum_offset = 6;

// RFC 8200, section 8.1; RFC 5798 uses the IPv4 form of it (RFC 768).
void add_pseudo_header(base::InternetChecksum& sum, const base::IpAddress& source,
                       const base::IpAddress& destination, std::size_t length) {
  sum.add(source.bytes());
  sum.add(destination.bytes());
  sum.add_u16(static_cast<std::uint16_t>(length));
  sum.add_u16(ip_protocol);
}

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

// The forms that a receiver accepts, the likeliest first.
std::vector<ChecksumForm> accepted_forms(std::uint8_t version, base::Family family) {
  if (version == 2) return {ChecksumForm::MessageOnly};
  if (family == base::Family::V6) return {ChecksumForm::PseudoHeader};
  return {ChecksumForm::PseudoHeader, ChecksumForm::GroupPseudoHeader, ChecksumForm::MessageOnly};
}

std::optional<ChecksumForm> fitting_form(const ReceivedPacket& packet, std::uint8_t version) {
  for (const ChecksumForm form : accepted_forms(version, packet.source.family())) {
    if (checksum(packet.payload, packet.source, packet.destination, form) == 0) return form;
  }
  return std::nullopt;
}

}  // namespace

base::IpAddress multicast_group(base::Family family) {
  if (family == base::Family::V4) return base::IpAddress(base::IpAddress::V4{224, 0, 0, 18});
  return base::IpAddress(
      base::IpAddress::V6{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12});
}

std::string_view to_string(DecodeError error) {
  switch (error) {
    case DecodeError::Ttl:
      return "ttl";
    case DecodeError::Truncated:
      return "truncated";
    case DecodeError::Version:
      return "version";
    case DecodeError::Type:
      return "type";
    case DecodeError::Vrid:
      return "vrid";
    case DecodeError::NoAddresses:
      return "no-addresses";
    case DecodeError::Length:
      return "length";
    case DecodeError::Authenticated:
      return "authenticated";
    case DecodeError::Checksum:
      return "checksum";
    case DecodeError::Interval:
      return "interval";
  }
  return "";
}

base::Result<Decoded, DecodeError> decode(const ReceivedPacket& packet,
                                          const Expectation& expected) {
  if (expected.check_ttl && packet.ttl != ip_ttl) return DecodeError::Ttl;
  if (packet.payload.size() < header_bytes) return DecodeError::Truncated;

  base::ByteReader reader(packet.payload);
  Decoded decoded;
  Advert& advert = decoded.advert;
  const std::uint8_t version_and_type = reader.u8();
  advert.version = version_and_type >> 4U;
  advert.vrid = reader.u8();
  advert.priority = reader.u8();
  const std::size_t count = reader.u8();
  const std::uint16_t word = reader.u16();  // reserved and interval, or authentication and interval
  reader.u16();                             // checksum

  const base::Family family = packet.source.family();
  const bool v2 = advert.version == 2;
  if (advert.version != expected.version) return DecodeError::Version;
  if (v2 && family == base::Family::V6) return DecodeError::Version;
  if ((version_and_type & 0x0fU) != type_advertisement) return DecodeError::Type;
  if (advert.vrid != expected.vrid) return DecodeError::Vrid;
  if (count == 0) return DecodeError::NoAddresses;

  const std::size_t address_bytes = packet.source.bytes().size();
  const std::size_t trailer_bytes = v2 ? v2_trailer_bytes : 0;
  if (reader.remaining() != count * address_bytes + trailer_bytes) return DecodeError::Length;
  if (v2 && word >> 8U != 0) return DecodeError::Authenticated;

  const std::optional<ChecksumForm> form = fitting_form(packet, advert.version);
  if (!form) return DecodeError::Checksum;
  decoded.checksum = *form;

  if (v2) {
    advert.interval = std::chrono::seconds(word & 0xffU);
    if (advert.interval != expected.interval) return DecodeError::Interval;
  } else {
    advert.interval = base::Centiseconds(word & 0x0fffU);  // the reserved bits are ignored
  }
  if (advert.interval == base::Duration::zero()) return DecodeError::Interval;

  for (std::size_t i = 0; i < count; ++i) {
    advert.addresses.push_back(base::IpAddress::from_bytes(reader.take(address_bytes)));
  }
  return decoded;
}

base::Bytes encode(const Advert& advert, const base::IpAddress& source,
                   const base::IpAddress& destination, ChecksumForm form) {
  const bool v2 = advert.version == 2;
  assert(v2 || advert.version == 3);
  assert(!advert.addresses.empty() && advert.addresses.size() <= 255);
  assert(source.family() == destination.family());

  base::ByteWriter writer;
  writer.u8(static_cast<std::uint8_t>(advert.version << 4U | type_advertisement));
  writer.u8(advert.vrid);
  writer.u8(advert.priority);
  writer.u8(static_cast<std::uint8_t>(advert.addresses.size()));
  if (v2) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(advert.interval).count();
    assert(source.is_v4() && seconds >= 1 && seconds <= 255);
    writer.u16(static_cast<std::uint16_t>(seconds));  // authentication type 0, then the interval
  } else {
    const auto interval = std::chrono::duration_cast<base::Centiseconds>(advert.interval).count();
    assert(interval >= 1 && interval <= 4095);
    writer.u16(static_cast<std::uint16_t>(interval));
  }
  writer.u16(0);
  for (const base::IpAddress& address : advert.addresses) {
    assert(address.family() == source.family());
    writer.append(address.bytes());
  }
  if (v2) writer.append(base::Bytes(v2_trailer_bytes, 0));

  const auto forms = accepted_forms(advert.version, source.family());
  const bool fits = std::find(forms.begin(), forms.end(), form) != forms.end();
  writer.set_u16(checksum_offset,
                 checksum(writer.bytes(), source, destination, fits ? form : forms.front()));
  return writer.bytes();
}

}  // namespace wslb::vrrp
