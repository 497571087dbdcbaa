#include "vrrp/packet.h"

#include <algorithm>
#include <cassert>
#include <chrono>

#include "vrrp/auth_trailer.h"

namespace wslb::vrrp {

namespace {

constexpr std::uint8_t type_advertisement = 1;
constexpr std::size_t header_bytes = 8;
constexpr std::size_t v2_trailer_bytes = 8;  // authentication data, always there

// IPv6's checksum is the kernel's business and covers all that there is.
std::optional<ChecksumForm> fitting_form(const ReceivedPacket& packet, std::uint8_t version,
                                         std::size_t message_bytes) {
  const base::ByteView covered =
      packet.source.is_v4() ? packet.payload.first(message_bytes) : packet.payload;
  for (const ChecksumForm form : accepted_forms(version, packet.source.family())) {
    if (checksum(covered, packet.source, packet.destination, form) == 0) return form;
  }
  return std::nullopt;
}

}  // namespace

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
  const std::size_t rest_bytes = count * address_bytes + trailer_bytes;
  decoded.is_signed =
      expected.may_be_signed && reader.remaining() == rest_bytes + auth_trailer_bytes;
  if (!decoded.is_signed && reader.remaining() != rest_bytes) return DecodeError::Length;
  if (v2 && word >> 8U != 0) return DecodeError::Authenticated;

  const std::optional<ChecksumForm> form =
      fitting_form(packet, advert.version, header_bytes + rest_bytes);
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
