#include "agent/peers/hello.h"

namespace wslb::agent::peers {
namespace {

constexpr std::string_view kProtocol = "HAProxyS ";

void append(base::Bytes& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

}  // namespace

Status read_protocol(std::string_view line, Hello& hello) {
  if (!line.starts_with(kProtocol)) return Status::BadProtocol;
  line.remove_prefix(kProtocol.size());
  hello.timed = line == "2.1";
  return line == "2.1" || line == "2.0" ? Status::Succeeded : Status::BadVersion;
}

std::string_view read_sender(std::string_view line) {
  return line.substr(0, line.find(' '));
}

void append_hello(base::Bytes& out, const Hello& hello, std::uint32_t process_id) {
  append(out, kProtocol);
  append(out, hello.timed ? "2.1\n" : "2.0\n");
  append(out, hello.target + "\n" + hello.sender + " " + std::to_string(process_id) + " 1\n");
}

void append_status(base::Bytes& out, Status status) {
  append(out, std::to_string(static_cast<int>(status)) + "\n");
}

std::string explain_status(std::string_view line) {
  if (line == "300") return "it asks to be tried again later";
  if (line == "501" || line == "502") {
    return "it refuses the protocol HAProxyS 2.1 (status " + std::string(line) + ")";
  }
  if (line == "503") return "it goes by another name than our 'peer' line says (status 503)";
  if (line == "504") return "its 'peers' section does not know our name (status 504)";
  return "its status is none of the protocol";
}

}  // namespace wslb::agent::peers
