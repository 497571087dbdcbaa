#include "agent/core/authenticator.h"

#include <algorithm>
#include <chrono>

namespace wslb::agent::core {

Authenticator::Authenticator(config::Auth mode, vrrp::Keyring keys)
    : mode_(keys.empty() ? config::Auth::None : mode), keys_(std::move(keys)) {}

void Authenticator::begin(std::uint32_t seconds, base::TimePoint now) {
  first_ = std::uint64_t{seconds} << 32U;
  begun_ = now;
}

std::uint64_t Authenticator::next_sequence(base::TimePoint now) {
  using std::chrono::nanoseconds;
  using std::chrono::seconds;
  const auto elapsed = std::chrono::duration_cast<nanoseconds>(now - begun_);
  const auto whole = std::chrono::duration_cast<seconds>(elapsed);
  const auto rest = static_cast<std::uint64_t>((elapsed - whole).count());
  const std::uint64_t fraction = (rest << 16U) / 1'000'000'000U;  // of 1/65536 s
  const std::uint64_t by_clock =
      first_ + (static_cast<std::uint64_t>(whole.count()) << 32U) + (fraction << 16U);
  last_ = std::max(by_clock, last_ + 1);
  return last_;
}

void Authenticator::sign(base::Bytes& message, std::uint64_t sequence,
                         const vrrp::AuthContext& context,
                         const base::IpAddress& destination) const {
  vrrp::sign(message, keys_.front(), sequence, context, destination);
}

Authenticator::Verdict Authenticator::judge(base::ByteView packet, bool is_signed,
                                            const vrrp::AuthContext& context) {
  if (!is_signed) return mode_ == config::Auth::Enforce ? Verdict::Unsigned : Verdict::Good;
  const auto sequence = vrrp::verify(packet, keys_, context);
  if (sequence) return judge_sequence(*sequence, context.source);
  return sequence.error() == vrrp::AuthError::UnknownKey ? Verdict::UnknownKey : Verdict::Forged;
}

Authenticator::Verdict Authenticator::judge_sequence(std::uint64_t sequence,
                                                     const base::IpAddress& source) {
  if (!senders_.contains(source) && senders_.size() >= senders_max) senders_.clear();
  Sender& sender = senders_[source];
  if (sequence > sender.newest) {
    sender.newest = sequence;
    last_ = std::max(last_, sequence);
    return Verdict::Good;
  }
  if (sequence == sender.newest || sequence <= sender.old) return Verdict::Replayed;
  sender.old = sequence;
  return Verdict::Old;
}

}  // namespace wslb::agent::core
