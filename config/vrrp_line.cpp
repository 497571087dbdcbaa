// A line of a `vrrp` section.
#include <vector>

#include "config/dispatch.h"
#include "config/section.h"

namespace wslb::config {
namespace {

std::vector<Keyword<VrrpDraft>> join_vrrp_tables() {
  std::vector<Keyword<VrrpDraft>> all;
  for (const auto part : {vrrp_wire_keywords(), vrrp_policy_keywords()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace

void read_vrrp_line(const Line& line, VrrpDraft& draft, Diagnostics& diagnostics) {
  static const std::vector<Keyword<VrrpDraft>> kVrrpKeywords = join_vrrp_tables();
  dispatch<VrrpDraft>(line, kVrrpKeywords, {.name = "vrrp"}, draft, diagnostics);
}

}  // namespace wslb::config
