// Signs the adverts of one section and judges the signatures of others (`auth hmac`), with the keys
// and the mode that the configuration gives.
//
// A signed advert carries a sequence number that only grows: seconds, a fraction and a counter. A
// receiver keeps the highest that it saw of each sender and refuses what is not above it. The clock
// is never asked: a number starts at what Start says and then follows the monotonic clock, so that
// no step of the time of day makes a node deaf. A node whose number was set back (its clock and its
// file were lost) takes over the highest number that it hears from its peers and so gets ahead of
// its own past as soon as it hears one of them.
//
// Until then its adverts are authentic but old. They may be a recording, so they decide nothing;
// but each of them says once that its sender may be alive, and Section has a backup wait a while
// for it.
#pragma once

#include <cstdint>
#include <map>

#include "base/bytes.h"
#include "base/ip_address.h"
#include "base/time.h"
#include "config/vrrp_section.h"
#include "vrrp/auth_trailer.h"

namespace wslb::agent::core {

class Authenticator {
 public:
  Authenticator(config::Auth mode, vrrp::Keyring keys);

  // Sequence numbers begin at `seconds` and grow from `now` on.
  void begin(std::uint32_t seconds, base::TimePoint now);

  [[nodiscard]] bool reads_signatures() const { return mode_ != config::Auth::None; }
  [[nodiscard]] bool signs() const {
    return mode_ == config::Auth::Permissive || mode_ == config::Auth::Enforce;
  }

  // The seconds of the highest number that was sent or heard: an agent after this one begins above.
  [[nodiscard]] std::uint32_t last_seconds() const {
    return static_cast<std::uint32_t>(last_ >> 32U);
  }

  // The number for the next advert; all copies of one advert carry the same.
  [[nodiscard]] std::uint64_t next_sequence(base::TimePoint now);
  void sign(base::Bytes& message, std::uint64_t sequence, const vrrp::AuthContext& context,
            const base::IpAddress& destination) const;

  enum class Verdict : std::uint8_t {
    Good,
    Old,       // authentic, and its sender's past: alive, but nothing more
    Replayed,  // authentic, and seen before
    Unsigned,
    UnknownKey,
    Forged,
  };
  [[nodiscard]] Verdict judge(base::ByteView packet, bool is_signed,
                              const vrrp::AuthContext& context);

 private:
  struct Sender {
    std::uint64_t newest = 0;  // the highest number accepted
    std::uint64_t old = 0;     // the highest number that was old
  };
  static constexpr std::size_t senders_max = 64;  // all of them know the secret

  [[nodiscard]] Verdict judge_sequence(std::uint64_t sequence, const base::IpAddress& source);

  config::Auth mode_;
  vrrp::Keyring keys_;
  std::uint64_t first_ = 0;
  base::TimePoint begun_;
  std::uint64_t last_ = 0;  // sent or heard
  std::map<base::IpAddress, Sender> senders_;
};

}  // namespace wslb::agent::core
