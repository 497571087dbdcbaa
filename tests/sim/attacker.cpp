#include "tests/sim/attacker.h"

#include <array>
#include <vector>

#include "vrrp/auth_trailer.h"
#include "vrrp/packet.h"

namespace wslb::sim {

Attacker::Attacker(World& world) : world_(world), signed_(true) {
  for (const Host& host : world.hosts()) {
    for (const config::VrrpSection& section : host.config.vrrps) {
      signed_ = signed_ && section.auth == config::Auth::Enforce;
    }
  }
}

void Attacker::strike() {
  const std::size_t victim = world_.random().below(world_.hosts().size());
  if (!world_.hosts()[victim].node) return;
  if (!signed_) return throw_garbage(victim);
  switch (world_.random().below(5)) {
    case 0:
    case 1:
      if (replay(victim)) return;
      return throw_garbage(victim);
    case 2:
    case 3:
      return forge(victim);
    default:
      return throw_garbage(victim);
  }
}

const Frame* Attacker::recorded() {
  if (world_.recorded().empty()) return nullptr;
  return world_.recorded()[world_.random().below(world_.recorded().size())].get();
}

// A receiver that has not heard the sender since it was started cannot know that a recording is
// one, nor can one that has missed this very packet: these are left out, and docs name the limit.
bool Attacker::replay(std::size_t victim) {
  const Frame* frame = recorded();
  if (frame == nullptr) return false;
  const Host& host = world_.hosts()[victim];
  const bool reflected = frame->sender == victim;
  if (!reflected && frame->serial > host.posts[frame->section].seen[frame->sender]) return false;
  world_.statistics().count(Fault::PacketReplayed);
  world_.inject(victim, *frame);
  return true;
}

// Somebody else's name, any priority, and a signature that was recorded, made up or made with
// another key.
void Attacker::forge(std::size_t victim) {
  const Frame* model = recorded();
  if (model == nullptr) return throw_garbage(victim);
  constexpr std::array<std::uint8_t, 5> priorities{0, 1, 200, 254, 255};
  const config::VrrpSection& section = world_.section(victim, model->section);
  Frame frame = *model;
  frame.forged = true;
  frame.priority = priorities.at(world_.random().below(priorities.size()));
  if (frame.priority == model->priority) frame.priority ^= 1U;  // else it might be no forgery
  vrrp::Advert advert{.version = section.version,
                      .vrid = section.vrid,
                      .priority = frame.priority,
                      .interval = section.advert,
                      .addresses = {}};
  for (const config::Vip& vip : section.vips) advert.addresses.push_back(vip.address);
  frame.payload =
      vrrp::encode(advert, frame.source, frame.destination, vrrp::ChecksumForm::PseudoHeader);
  const vrrp::AuthContext context{section.version, section.vrid, frame.source};
  vrrp::NumberedKey wrong{.id = 7, .key = {}};
  wrong.key[0] = 1;
  const std::uint64_t sequence = world_.random().next();
  switch (world_.random().below(3)) {
    case 0:
      break;  // not signed at all
    case 1:
      vrrp::sign(frame.payload, wrong, sequence, context, frame.destination);
      break;
    default:
      frame.payload.insert(frame.payload.end(), model->payload.end() - vrrp::auth_trailer_bytes,
                           model->payload.end());
  }
  world_.statistics().count(Fault::PacketForged);
  world_.inject(victim, std::move(frame));
}

// A recorded packet with one bit turned, or chance.
void Attacker::throw_garbage(std::size_t victim) {
  const Frame* model = recorded();
  if (model == nullptr) return;
  Frame frame = *model;
  frame.forged = true;
  if (world_.random().chance(50)) {
    const std::size_t bit = world_.random().below(frame.payload.size() * 8);
    frame.payload[bit / 8] = static_cast<std::uint8_t>(frame.payload[bit / 8] ^ 1U << bit % 8);
  } else {
    frame.payload.resize(world_.random().below(64));
    for (std::uint8_t& byte : frame.payload)
      byte = static_cast<std::uint8_t>(world_.random().next());
  }
  world_.statistics().count(Fault::PacketForged);
  world_.inject(victim, std::move(frame));
}

}  // namespace wslb::sim
