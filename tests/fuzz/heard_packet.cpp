// What an IPv4 raw socket may hand to `wslbctl doctor`: whatever it is, it is judged, and what is
// told of it is plain text.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "ctl/doctor/judge.h"

using namespace wslb;
using namespace wslb::ctl::doctor;

namespace {

Facts listening_host() {
  Facts facts;
  facts.config = config::load({{"wslb.cfg",
                                "cluster c\n    node lb1 10.0.0.11\n    node lb2 10.0.0.12\n"
                                "    secret none\n"
                                "vrrp web\n    interface eth0\n    vrid 51\n"
                                "    vip 192.0.2.1/24\n"}})
                     .config;
  facts.listened = std::chrono::seconds(10);
  return facts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Facts facts = listening_host();
  auto packet = HeardPacket::from_v4("eth0", {data, size});
  if (!packet) return 0;
  // Any VRID may be ours: so every packet gets to the decoder.
  if (packet->payload.size() > 1) facts.config.vrrps.front().vrid = packet->payload[1];
  facts.heard.assign(3, *packet);
  Report report;
  judge_wire(facts, report);
  for (const Finding& finding : report.findings) {
    for (const char c : finding.what + finding.why + finding.remedy) {
      if (c < ' ' || c > '~') std::abort();
    }
  }
  return 0;
}
