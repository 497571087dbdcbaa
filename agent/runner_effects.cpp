// The half of Runner that does what the core wants.
#include <algorithm>

#include <spdlog/spdlog.h>

#include "agent/runner.h"
#include "daemon/log_output.h"

namespace wslb::agent {

void Runner::apply(const core::Effects& effects) {
  for (const core::Effect& effect : effects) {
    std::visit([this](const auto& one) { apply(one); }, effect);
  }
}

void Runner::apply(const core::SendAdvert& effect) {
  if (effect.priority > 0) world_.continuity.note_advert(effect.section, now());
  const auto news = ports_.at(effect.section)->send(effect);
  if (!news) return;
  apply(core::Emit{core::EventKind::Alarm, config_.vrrps[effect.section].name, *news, {}, true});
}

void Runner::apply(const core::TellPeers& effect) {
  if (!world_.tell_peers) return;
  const config::VrrpSection& section = config_.vrrps.at(effect.section);
  world_.tell_peers(
      {.section = section.name,
       .priority = effect.priority,
       .interval = std::chrono::duration_cast<std::chrono::microseconds>(section.advert),
       .source = effect.source,
       .sent_us = microseconds_of(now())});
}

void Runner::apply(const core::AddVips& effect) {
  auto results = vips_.add(effect.section);
  const config::VrrpSection& section = config_.vrrps.at(effect.section);
  const bool good = std::ranges::all_of(results, &std::string::empty, &core::AddressResult::error);
  if (!good && section.use_vmac) {
    // Its macvlan may have gone a moment ago, and the mirror not have known.
    world_.netlink.refresh();
    const auto followed = ports_.at(effect.section)->follow(world_.netlink.find(section.interface));
    if (followed) results = vips_.add(effect.section);
  }
  // The core hears of the results after the effects that are under way.
  for (core::AddressResult& result : results) inputs_.emplace_back(std::move(result));
}

void Runner::apply(const core::RemoveVips& effect) {
  world_.continuity.note_resignation(effect.section);
  vips_.remove(effect.section);
}

void Runner::apply(const core::Announce& effect) {
  const auto sent = ports_.at(effect.section)->announce(effect.count);
  if (!sent) spdlog::warn("vrrp {}: {}", config_.vrrps[effect.section].name, sent.error().message);
}

void Runner::apply(const core::ProbeVips& effect) {
  const auto sent = ports_.at(effect.section)->probe();
  if (!sent) spdlog::warn("vrrp {}: {}", config_.vrrps[effect.section].name, sent.error().message);
}

void Runner::apply(const core::EndKept&) {
  if (world_.end_kept) return world_.end_kept();
  inputs_.emplace_back(core::KeptEnded{});
}

void Runner::apply(const core::Emit& effect) {
  const std::string kind(core::to_string(effect.kind));
  const bool wrong =
      effect.wrong || (effect.change && effect.change->to == core::SectionState::Fault);
  daemon::log_event(wrong ? spdlog::level::warn : spdlog::level::info, kind, effect.subject,
                    effect.text);
  world_.events.append(kind, effect.subject, effect.text, std::chrono::system_clock::now(),
                       effect.change);
  if (effect.change && world_.on_state_change) world_.on_state_change(effect);
}

void Runner::apply(const core::CommandResult& effect) {
  command_result_ = effect;
}

}  // namespace wslb::agent
