// The lines with which a connection between peers begins: three of who connects, one with the
// status of who was connected to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace wslb::agent::peers {

struct Hello {
  std::string target{};  // whom the sender believes to have reached
  std::string sender{};
  bool timed = true;  // protocol 2.1; 2.0 has no timed updates
};

enum class Status : std::uint16_t { Succeeded = 200, BadProtocol = 501, BadVersion = 502 };

// The first line: BadVersion for HAProxy's of another time, BadProtocol for anything else.
[[nodiscard]] Status read_protocol(std::string_view line, Hello& hello);
// The third line is "NAME PROCESS-ID RELATIVE-ID".
[[nodiscard]] std::string_view read_sender(std::string_view line);

void append_hello(base::Bytes& out, const Hello& hello, std::uint32_t process_id);
void append_status(base::Bytes& out, Status status);

// What a status line other than 200 means, for the operator.
[[nodiscard]] std::string explain_status(std::string_view line);

}  // namespace wslb::agent::peers
