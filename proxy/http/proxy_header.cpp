#include "proxy/http/proxy_header.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/bytes.h"

namespace wslb::proxy::http {
namespace {

using Status = ProxyHeader::Status;

constexpr std::string_view kText = "PROXY ";
constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kLineMax = 107;  // with its CRLF, in version 1
constexpr std::size_t kFixedBytes = 16;
constexpr std::uint8_t kLocal = 0x20;
constexpr std::uint8_t kProxy = 0x21;
constexpr std::uint8_t kTcp4 = 0x11;
constexpr std::uint8_t kTcp6 = 0x21;
constexpr std::uint8_t kChecksumField = 0x03;

ProxyHeader verdict(Status status) {
  return {status, 0, std::nullopt};
}

// Takes the next word off; words are parted by exactly one blank.
std::string_view next_word(std::string_view& rest) {
  const auto end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

std::optional<std::uint16_t> read_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  if (text.empty() || leading_zero || error != std::errc() || stop != end) return std::nullopt;
  return port;
}

// `1.2.3.4 5.6.7.8 100 80`, of one family.
std::optional<ProxyAddresses> read_addresses(std::string_view text, base::Family family) {
  if (std::ranges::count(text, ' ') != 3) return std::nullopt;
  const auto source = base::IpAddress::parse(next_word(text));
  const auto destination = base::IpAddress::parse(next_word(text));
  const auto source_port = read_port(next_word(text));
  const auto destination_port = read_port(next_word(text));
  if (!source || !destination || !source_port || !destination_port) return std::nullopt;
  if (source->family() != family || destination->family() != family) return std::nullopt;
  return ProxyAddresses{{*source, *source_port}, {*destination, *destination_port}};
}

ProxyHeader parse_line(std::string_view received) {
  const std::string_view head = received.substr(0, kLineMax);
  const auto end = head.find('\n');
  if (end == std::string_view::npos) {
    return verdict(head.size() < kLineMax ? Status::Incomplete : Status::Malformed);
  }
  if (head[end - 1] != '\r') return verdict(Status::Malformed);
  std::string_view line = head.substr(kText.size(), end - 1 - kText.size());
  ProxyHeader header{Status::Complete, end + 1, std::nullopt};
  const std::string_view protocol = next_word(line);
  if (protocol == "UNKNOWN") return header;
  if (protocol == "TCP4") header.addresses = read_addresses(line, base::Family::V4);
  if (protocol == "TCP6") header.addresses = read_addresses(line, base::Family::V6);
  return header.addresses ? header : verdict(Status::Malformed);
}

// CRC-32C (Castagnoli), of the header with its own field as zero.
std::uint32_t checksum(base::ByteView bytes) {
  std::uint32_t sum = ~0U;
  for (const std::uint8_t byte : bytes) {
    sum ^= byte;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1U) ^ ((sum & 1U) != 0 ? 0x82F63B78U : 0U);
  }
  return ~sum;
}

// The extensions behind the addresses: whole ones, and a checksum that is right.
bool extensions_are_good(base::ByteView header, std::size_t at) {
  base::ByteReader reader(header.subspan(at));
  while (reader.remaining() > 0) {
    const std::uint8_t type = reader.u8();
    const std::size_t length = reader.u16();
    const std::size_t value_at = header.size() - reader.remaining();
    const base::ByteView value = reader.take(length);
    if (!reader.ok()) return false;
    if (type != kChecksumField) continue;
    if (value.size() != 4) return false;
    base::Bytes zeroed(header.begin(), header.end());
    std::fill_n(zeroed.begin() + static_cast<std::ptrdiff_t>(value_at), 4, std::uint8_t{0});
    if (base::ByteReader(value).u32() != checksum(zeroed)) return false;
  }
  return true;
}

ProxyHeader parse_binary(std::string_view received) {
  if (received.size() < kFixedBytes) return verdict(Status::Incomplete);
  const auto* data = reinterpret_cast<const std::uint8_t*>(received.data());
  base::ByteReader fixed(base::ByteView(data, kFixedBytes).subspan(kSignature.size()));
  const std::uint8_t command = fixed.u8();
  const std::uint8_t family = fixed.u8();
  const std::size_t size = kFixedBytes + fixed.u16();
  if (command != kLocal && command != kProxy) return verdict(Status::Malformed);
  if (size > ProxyHeader::kBytesMax) return verdict(Status::Malformed);
  if (received.size() < size) return verdict(Status::Incomplete);
  ProxyHeader header{Status::Complete, size, std::nullopt};
  if (command == kLocal) return header;
  if (family != kTcp4 && family != kTcp6) return verdict(Status::Malformed);
  const std::size_t width = family == kTcp4 ? 4 : 16;
  const base::ByteView whole(data, size);
  base::ByteReader reader(whole.subspan(kFixedBytes));
  const base::ByteView source = reader.take(width);
  const base::ByteView destination = reader.take(width);
  const std::uint16_t source_port = reader.u16();
  const std::uint16_t destination_port = reader.u16();
  if (!reader.ok()) return verdict(Status::Malformed);
  if (!extensions_are_good(whole, size - reader.remaining())) return verdict(Status::Malformed);
  header.addresses = {{base::IpAddress::from_bytes(source), source_port},
                      {base::IpAddress::from_bytes(destination), destination_port}};
  return header;
}

// An IPv4 address as IPv6 sees it (RFC 4291, section 2.5.5.2).
base::IpAddress mapped(const base::IpAddress& address) {
  if (!address.is_v4()) return address;
  base::IpAddress::V6 bytes{};
  bytes[10] = bytes[11] = 0xff;
  std::ranges::copy(address.bytes(), bytes.begin() + 12);
  return base::IpAddress(bytes);
}

// Of one family, as both versions want it.
ProxyAddresses of_one_family(ProxyAddresses addresses) {
  if (addresses.source.address.family() == addresses.destination.address.family()) {
    return addresses;
  }
  addresses.source.address = mapped(addresses.source.address);
  addresses.destination.address = mapped(addresses.destination.address);
  return addresses;
}

std::string line_of(const ProxyAddresses& addresses) {
  const auto& [source, destination] = addresses;
  return std::string(source.address.is_v4() ? "PROXY TCP4 " : "PROXY TCP6 ") +
         source.address.to_string() + " " + destination.address.to_string() + " " +
         std::to_string(source.port) + " " + std::to_string(destination.port) + "\r\n";
}

std::string binary_of(const ProxyAddresses& addresses) {
  const auto& [source, destination] = addresses;
  const bool v4 = source.address.is_v4();
  base::ByteWriter writer;
  writer.u8(kProxy);
  writer.u8(v4 ? kTcp4 : kTcp6);
  writer.u16(v4 ? 12 : 36);
  writer.append(source.address.bytes());
  writer.append(destination.address.bytes());
  writer.u16(source.port);
  writer.u16(destination.port);
  const base::Bytes& bytes = writer.bytes();
  return std::string(kSignature).append(bytes.begin(), bytes.end());
}

}  // namespace

ProxyHeader parse_proxy_header(std::string_view received) {
  const auto begins_as = [&](std::string_view start) {
    return start.substr(0, received.size()) == received.substr(0, start.size());
  };
  if (begins_as(kText)) {
    return received.size() < kText.size() ? verdict(Status::Incomplete) : parse_line(received);
  }
  return begins_as(kSignature) ? parse_binary(received) : verdict(Status::Foreign);
}

std::string serialise_proxy_header(ProxyVersion version,
                                   const std::optional<ProxyAddresses>& addresses) {
  if (version == ProxyVersion::V1) {
    return addresses ? line_of(of_one_family(*addresses)) : "PROXY UNKNOWN\r\n";
  }
  if (addresses) return binary_of(of_one_family(*addresses));
  return std::string(kSignature) + std::string("\x20\0\0\0", 4);
}

}  // namespace wslb::proxy::http
