#include "agent/core/advert_writer.h"

#include <algorithm>

namespace wslb::agent::core {

AdvertWriter::AdvertWriter(std::size_t index, const config::VrrpSection& section,
                           std::vector<base::IpAddress> peers)
    : index_(index), section_(section), destinations_(std::move(peers)) {
  for (const config::Vip& vip : section.vips) vips_.push_back(vip.address);
  if (section.transport == config::Transport::Multicast) {
    destinations_ = {vrrp::multicast_group(vips_.front().family())};
  }
}

void AdvertWriter::learn_form(const base::IpAddress& peer, vrrp::ChecksumForm form) {
  if (section_.transport == config::Transport::Unicast) {
    forms_[peer] = form;
  } else {
    forms_[destinations_.front()] = form;
  }
}

std::size_t AdvertWriter::write(std::uint8_t priority, const base::IpAddress& source,
                                Authenticator& authenticator, base::TimePoint now,
                                Effects& effects) const {
  const vrrp::Advert advert{.version = section_.version,
                            .vrid = section_.vrid,
                            .priority = priority,
                            .interval = section_.advert,
                            .addresses = vips_};
  const std::uint64_t sequence = authenticator.signs() ? authenticator.next_sequence(now) : 0;
  for (const base::IpAddress& destination : destinations_) {
    base::Bytes payload = vrrp::encode(advert, source, destination, form_for(destination));
    if (authenticator.signs()) {
      authenticator.sign(payload, sequence,
                         {.version = section_.version, .vrid = section_.vrid, .source = source},
                         destination);
    }
    effects.emplace_back(SendAdvert{index_, source, destination, std::move(payload), priority});
  }
  return destinations_.size();
}

vrrp::ChecksumForm AdvertWriter::form_for(const base::IpAddress& destination) const {
  switch (section_.checksum) {
    case config::ChecksumRule::Rfc9568:
      return vrrp::ChecksumForm::MessageOnly;
    case config::ChecksumRule::Rfc5798:
      return vrrp::ChecksumForm::PseudoHeader;
    case config::ChecksumRule::Auto:
      break;
  }
  const auto learnt = forms_.find(destination);
  return learnt == forms_.end() ? vrrp::ChecksumForm::PseudoHeader : learnt->second;
}

}  // namespace wslb::agent::core
