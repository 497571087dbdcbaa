// The VRRP decoder against any bytes: it must not read beyond them, and what it accepts it must
// encode to an advert that it accepts again as the same, signed or not. The first byte chooses what
// is expected.
#include <cstdint>
#include <cstdlib>
#include <tuple>

#include "vrrp/auth_trailer.h"
#include "vrrp/packet.h"

using namespace wslb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool v6 = (data[0] & 1U) != 0;
  const std::uint8_t version = (data[0] & 2U) != 0 ? 2 : 3;
  const auto source = base::IpAddress::parse(v6 ? "fe80::c8" : "192.0.2.251").value();
  const auto destination = vrrp::multicast_group(source.family());
  const base::ByteView payload(data + 1, size - 1);

  // Anything may be expected: what the packet says itself leads deepest into the decoder.
  const std::uint8_t vrid = payload.size() > 1 ? payload[1] : 0;
  const auto seconds = std::chrono::seconds(payload.size() > 5 ? payload[5] : 0);
  const vrrp::Expectation expected{.version = version,
                                   .vrid = vrid,
                                   .interval = seconds,
                                   .check_ttl = true,
                                   .may_be_signed = (data[0] & 4U) != 0};
  const auto decoded = vrrp::decode({payload, source, destination, 255}, expected);
  if (!decoded) return 0;

  const vrrp::AuthContext context{version, vrid, source};
  const vrrp::Keyring keys{vrrp::NumberedKey{}};
  if (decoded->is_signed) std::ignore = vrrp::verify(payload, keys, context);

  base::Bytes again = vrrp::encode(decoded->advert, source, destination, decoded->checksum);
  if (expected.may_be_signed) {
    vrrp::sign(again, keys.front(), size, context, destination);
    const auto sequence = vrrp::verify(again, keys, context);
    if (!sequence || *sequence != size) std::abort();
  }
  const auto redecoded = vrrp::decode({again, source, destination, 255}, expected);
  if (!redecoded || !(redecoded->advert == decoded->advert)) std::abort();
  return 0;
}
