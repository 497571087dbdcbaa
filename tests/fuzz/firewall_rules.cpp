// Rules of any bytes, as nft's JSON and as iptables-save's text: reading and judging them ends.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ctl/doctor/iptables_rules.h"
#include "ctl/doctor/nft_ruleset.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wslb;
  using namespace wslb::ctl::doctor;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Ruleset iptables;
  add_iptables(text, "ip", iptables);
  const auto nft = parse_nft(text);
  Probe probe;
  probe.interface = "eth0";
  probe.protocol = 112;
  probe.source = *base::IpAddress::parse("10.0.0.12");
  probe.destination = *base::IpAddress::parse("224.0.0.18");
  static_cast<void>(dropped_by(iptables, probe));
  if (nft) static_cast<void>(dropped_by(*nft, probe));
  return 0;
}
