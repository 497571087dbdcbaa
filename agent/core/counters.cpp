#include "agent/core/counters.h"

#include <string>

namespace wslb::agent::core {

namespace {

constexpr std::array<const char*, count_size> names{
    "adverts-sent",          "adverts-received",    "resignations-received",  "take-overs",
    "rivals-heard",          "vips-differ",         "checksum-pseudo-header", "checksum-group",
    "checksum-message-only", "refused-own-address", "refused-stranger",       "refused-vrid-clash",
    "refused-unsigned",      "refused-unknown-key", "refused-forged",         "refused-replayed",
    "authentic-but-old",     "address-claimed",     "adverts-by-link",        "entered-init",
    "entered-backup",        "entered-active",      "entered-fault",
};

}  // namespace

void Counters::add(vrrp::ChecksumForm form) {
  switch (form) {
    case vrrp::ChecksumForm::PseudoHeader:
      return add(Count::ChecksumPseudoHeader);
    case vrrp::ChecksumForm::GroupPseudoHeader:
      return add(Count::ChecksumGroupPseudoHeader);
    case vrrp::ChecksumForm::MessageOnly:
      return add(Count::ChecksumMessageOnly);
  }
}

std::vector<Counter> Counters::list() const {
  std::vector<Counter> all;
  for (std::size_t i = 0; i < count_size; ++i) all.push_back({names.at(i), counts_.at(i)});
  for (std::size_t i = 0; i < vrrp::decode_error_count; ++i) {
    const auto error = static_cast<vrrp::DecodeError>(i);
    all.push_back({"refused-" + std::string(vrrp::to_string(error)), refused_.at(i)});
  }
  return all;
}

}  // namespace wslb::agent::core
