// Packets that nobody should believe: random bytes, mutations of good adverts, forgeries. None may
// change a state, and every one must be found in the counters. WSLB_HOSTILE_PACKETS says how many.
#include <cstdlib>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/core/host.h"
#include "vrrp/auth_trailer.h"

namespace wslb::agent::core {
namespace {

using namespace std::chrono_literals;

int packets() {
  const char* wanted = std::getenv("WSLB_HOSTILE_PACKETS");
  return wanted != nullptr ? std::atoi(wanted) : 50'000;
}

class Attacker {
 public:
  // A packet of the kind that the lot falls on.
  base::Bytes next() {
    switch (random_() % 3) {
      case 0:
        return noise();
      case 1:
        return mutation();
      default:
        return forgery();
    }
  }

 private:
  base::Bytes noise() {
    base::Bytes bytes(random_() % 80);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
    if (bytes.size() > 2 && random_() % 2 == 0) {
      bytes[0] = 0x31;
      bytes[1] = 51;
    }
    return bytes;
  }

  // Signed by whoever knows the secret, and then changed in one place.
  base::Bytes mutation() {
    base::Bytes bytes = good(51, secret_);
    const std::size_t place = random_() % bytes.size();
    const bool in_checksum = place == 6 || place == 7;
    bytes[in_checksum ? 2 : place] ^= static_cast<std::uint8_t>(1U << random_() % 8);
    if (random_() % 8 == 0) bytes.resize(random_() % bytes.size());
    return bytes;
  }

  // Well formed and with a right checksum, by somebody who does not know the secret.
  base::Bytes forgery() {
    if (random_() % 2 == 0) return good(static_cast<std::uint8_t>(random_()), {});
    vrrp::NumberedKey other = secret_;
    other.key[random_() % other.key.size()] ^= 1U;
    return good(51, other);
  }

  base::Bytes good(std::uint8_t vrid, const std::optional<vrrp::NumberedKey>& key) {
    vrrp::Advert advert = advert_of(pair_config().vrrps[0], static_cast<std::uint8_t>(random_()));
    advert.vrid = vrid;
    const base::IpAddress source = ip("10.0.0.12");
    const base::IpAddress group = vrrp::multicast_group(base::Family::V4);
    base::Bytes bytes = vrrp::encode(advert, source, group, vrrp::ChecksumForm::PseudoHeader);
    if (key) vrrp::sign(bytes, *key, random_(), {3, vrid, source}, group);
    return bytes;
  }

  std::mt19937_64 random_{1};
  vrrp::NumberedKey secret_{};
};

std::uint64_t refused(const Host& host) {
  std::uint64_t sum = 0;
  for (const Counter& counter : host.section().counters) {
    if (counter.name.starts_with("refused-")) sum += counter.value;
  }
  return sum;
}

void attack(Host& host) {
  Attacker attacker;
  const SectionStatus before = host.section();
  const std::uint64_t refused_before = refused(host);
  for (int i = 0; i < packets(); ++i) {
    const Lines done = actions(host.packet(attacker.next()));
    ASSERT_THAT(done, testing::IsEmpty()) << "packet " << i;
  }
  EXPECT_EQ(host.state(), before.state);
  EXPECT_EQ(host.section().since, before.since);
  EXPECT_EQ(refused(host) - refused_before, static_cast<std::uint64_t>(packets()));
  EXPECT_EQ(host.count("adverts-received"), 0U);
}

Host guarded() {
  config::Config config = pair_config();
  config.vrrps[0].auth = config::Auth::Enforce;
  Host host(config, "lb1", {vrrp::NumberedKey{}});
  host.boot();
  return host;
}

TEST(Hostile, BadPacketsMoveNoBackup) {
  Host host = guarded();
  attack(host);
}

TEST(Hostile, BadPacketsMoveNoActiveRouter) {
  Host host = guarded();
  host.run(322ms);
  ASSERT_EQ(host.state(), SectionState::Active);
  attack(host);
}

}  // namespace
}  // namespace wslb::agent::core
