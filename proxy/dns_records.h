// Reads what a name server answered, by c-ares' parsers: hostile bytes become a DnsAnswer. Kept
// apart from the sockets for the fuzzer.
#pragma once

#include "base/bytes.h"
#include "proxy/name_server.h"

namespace wslb::proxy {

// `status`: as c-ares gives it, ARES_SUCCESS where `message` is an answer without an error. An
// answer without records of that type is Other.
[[nodiscard]] DnsAnswer read_answer(RecordType type, int status, base::ByteView message);

}  // namespace wslb::proxy
