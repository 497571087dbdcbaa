#include "proxy/dns_records.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <ares.h>
#include <arpa/nameser.h>
#include <netdb.h>

namespace wslb::proxy {
namespace {

constexpr int kAddressesMost = 256;  // no more are looked at

DnsStatus status_of(int ares_status) {
  switch (ares_status) {
    case ARES_ENOTFOUND:
      return DnsStatus::Nx;
    case ARES_EREFUSED:
      return DnsStatus::Refused;
    case ARES_ETIMEOUT:
    case ARES_ECONNREFUSED:
      return DnsStatus::Timeout;
    default:
      return DnsStatus::Other;
  }
}

template <typename Address>
base::IpAddress to_address(const Address& address) {
  return base::IpAddress::from_bytes(
      {reinterpret_cast<const std::uint8_t*>(&address), sizeof address});
}

int read_v4(const unsigned char* bytes, int size, DnsAnswer& answer) {
  std::array<ares_addrttl, kAddressesMost> found{};
  int count = kAddressesMost;
  const int status = ares_parse_a_reply(bytes, size, nullptr, found.data(), &count);
  for (int i = 0; status == ARES_SUCCESS && i < count; ++i) {
    answer.addresses.push_back(to_address(found.at(static_cast<std::size_t>(i)).ipaddr));
  }
  return status;
}

int read_v6(const unsigned char* bytes, int size, DnsAnswer& answer) {
  std::array<ares_addr6ttl, kAddressesMost> found{};
  int count = kAddressesMost;
  const int status = ares_parse_aaaa_reply(bytes, size, nullptr, found.data(), &count);
  for (int i = 0; status == ARES_SUCCESS && i < count; ++i) {
    answer.addresses.push_back(to_address(found.at(static_cast<std::size_t>(i)).ip6addr));
  }
  return status;
}

int read_services(const unsigned char* bytes, int size, DnsAnswer& answer) {
  ares_srv_reply* list = nullptr;
  const int status = ares_parse_srv_reply(bytes, size, &list);
  const std::unique_ptr<ares_srv_reply, decltype(&ares_free_data)> owner(list, &ares_free_data);
  for (const ares_srv_reply* each = list; each != nullptr; each = each->next) {
    answer.services.push_back({each->host, each->port, each->weight});
  }
  return status;
}

}  // namespace

DnsAnswer read_answer(RecordType type, int status, base::ByteView message) {
  DnsAnswer answer;
  if (status == ARES_SUCCESS) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
    const int size = static_cast<int>(message.size());
    status = type == RecordType::A      ? read_v4(bytes, size, answer)
             : type == RecordType::Aaaa ? read_v6(bytes, size, answer)
                                        : read_services(bytes, size, answer);
  }
  const bool found = !answer.addresses.empty() || !answer.services.empty();
  answer.status = status != ARES_SUCCESS ? status_of(status)
                  : found                ? DnsStatus::Valid
                                         : DnsStatus::Other;
  return answer;
}

}  // namespace wslb::proxy
