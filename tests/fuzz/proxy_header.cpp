// Whatever comes in place of a PROXY header: a verdict that does not change by how the bytes were
// split, and addresses that survive being written again.
#include "proxy/http/proxy_header.h"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace wslb::proxy::http;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ProxyHeader whole = parse_proxy_header(text);
  using Status = ProxyHeader::Status;
  if (whole.status == Status::Incomplete) require(size < ProxyHeader::kBytesMax);
  if (whole.status != Status::Complete) return 0;
  require(whole.bytes <= size && whole.bytes <= ProxyHeader::kBytesMax);
  for (std::size_t part = 0; part < whole.bytes; ++part) {
    require(parse_proxy_header(text.substr(0, part)).status == Status::Incomplete);
  }
  for (const auto version : {ProxyVersion::V1, ProxyVersion::V2}) {
    const auto again = parse_proxy_header(serialise_proxy_header(version, whole.addresses));
    require(again.status == Status::Complete && again.addresses == whole.addresses);
  }
  return 0;
}
