#include "tests/view/example.h"

namespace wslb::view {

proto::Status example_pair() {
  proto::Status status;
  status.set_node("lb1");
  status.set_cluster("edge");
  status.set_version("0.1.0");
  auto& section = *status.add_vrrp();
  section.set_name("public");
  section.set_vrid(51);
  section.set_family("ipv4");
  section.set_state("active");
  section.set_priority(200);
  section.set_active_node("lb1");
  section.add_vips("10.0.0.100/24");
  section.set_interface("eth0");
  section.set_since_unix_ms(1'767'261'600'250);
  auto& proxy = *status.mutable_proxy();
  proxy.set_kind("wslb");
  proxy.set_state("up");
  proxy.set_pid(4711);
  proxy.set_tunnels(12);
  auto& peer = *status.add_peers();
  peer.set_node("lb2");
  peer.set_kind("node");
  peer.set_address("10.0.0.12");
  peer.set_state("connected");
  peer.set_lag_ms(0.25);
  peer.set_in_step(true);
  peer.set_version("0.1.0");
  auto& standing = *peer.mutable_standing();
  standing.set_version("0.1.0");
  standing.set_proxy("up");
  auto& theirs = *standing.add_sections();
  theirs.set_name("public");
  theirs.set_state("backup");
  theirs.set_priority(199);
  auto& table = *status.add_tables();
  table.set_name("app");
  table.set_type("string");
  table.set_size(1000);
  table.set_entries(3);
  return status;
}

}  // namespace wslb::view
