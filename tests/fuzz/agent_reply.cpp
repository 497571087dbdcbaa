// Any line of an agent: its words are taken from it, and a weight is one that a server can have.
#include "proxy/lb/agent_reply.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace wslb::proxy::lb;
  const std::string_view line(reinterpret_cast<const char*>(bytes), size);
  const AgentReply reply = parse_agent_reply(line);
  if (line.find(reply.health) == std::string_view::npos) std::abort();
  if (line.find(reply.description) == std::string_view::npos) std::abort();
  const auto weight = parse_agent_weight(reply.weight, 256);
  if (weight && (*weight < 0 || *weight > 256)) std::abort();
  (void)reply.info("warning");
  return 0;
}
