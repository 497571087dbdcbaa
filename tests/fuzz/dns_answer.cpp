// Any answer of a name server: it is valid with records of the type that was asked for, or has
// none.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <ares.h>

#include "proxy/dns_records.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace wslb::proxy;
  for (const RecordType type : {RecordType::A, RecordType::Aaaa, RecordType::Srv}) {
    const DnsAnswer answer = read_answer(type, ARES_SUCCESS, {bytes, size});
    const bool valid = answer.status == DnsStatus::Valid;
    const bool has_any = !answer.addresses.empty() || !answer.services.empty();
    if (valid != has_any) std::abort();
    if (type == RecordType::Srv && !answer.addresses.empty()) std::abort();
    if (type != RecordType::Srv && !answer.services.empty()) std::abort();
  }
  return 0;
}
