// `auth hmac`: who is believed, from a backup's and an active router's point of view.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/core/host.h"
#include "vrrp/auth_trailer.h"

namespace wslb::agent::core {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

const base::IpAddress everybody = vrrp::multicast_group(base::Family::V4);

vrrp::NumberedKey key(std::uint8_t id, std::uint8_t seed = 7) {
  vrrp::NumberedKey key{.id = id, .key = {}};
  key.key.fill(seed);
  return key;
}

config::Config config_with(config::Auth mode) {
  config::Config config = pair_config();
  config.vrrps[0].auth = mode;
  return config;
}

// Starts with sequence number 1000 s.
class AuthTest : public testing::Test {
 protected:
  void boot(config::Auth mode, const vrrp::Keyring& keys = {key(1)}) {
    host_.emplace(config_with(mode), "lb1", keys);
    host_->link("eth0", true, true, "10.0.0.11");
    host_->feed(Start{.sequence_seconds = 1000});
    host_->proxy(true);
    ASSERT_EQ(host_->state(), SectionState::Backup);
  }

  // An advert of lb2, signed as of `seconds` and 1/65536 s.
  static base::Bytes signed_advert(std::uint8_t priority, std::uint64_t seconds,
                                   const vrrp::NumberedKey& with = key(1)) {
    const config::Config config = pair_config();
    const base::IpAddress source = ip("10.0.0.12");
    base::Bytes message = vrrp::encode(advert_of(config.vrrps[0], priority), source, everybody,
                                       vrrp::ChecksumForm::PseudoHeader);
    vrrp::sign(message, with, seconds << 32U, {3, 51, source}, everybody);
    return message;
  }

  std::optional<Host> host_;
};

TEST_F(AuthTest, AnActiveRouterSignsItsAdvertsWithGrowingNumbers) {
  boot(config::Auth::Enforce, {key(3), key(1)});
  host_->run(322ms);
  ASSERT_EQ(host_->state(), SectionState::Active);
  std::uint64_t last = std::uint64_t{1000} << 32U;
  for (int i = 0; i < 20; ++i) {
    const auto sequence = vrrp::verify(host_->last_payload(), {key(3)}, {3, 51, ip("10.0.0.11")});
    ASSERT_TRUE(sequence) << "the first key signs";
    EXPECT_GT(*sequence, last);
    last = *sequence;
    host_->run(100ms);
  }
  EXPECT_EQ(last >> 32U, 1002U) << "it follows the clock";
}

TEST_F(AuthTest, SignedAdvertsKeepABackupQuiet) {
  boot(config::Auth::Enforce);
  for (std::uint64_t second = 900; second < 920; ++second) {
    EXPECT_THAT(host_->run(300ms), IsEmpty());
    EXPECT_THAT(host_->packet(signed_advert(199, second)), IsEmpty());
  }
}

TEST_F(AuthTest, AnyKeyOfTheRingVerifies) {
  boot(config::Auth::Enforce, {key(3), key(1)});
  host_->packet(signed_advert(199, 900, key(1)));
  host_->packet(signed_advert(199, 901, key(3)));
  EXPECT_EQ(host_->count("adverts-received"), 2U);
}

TEST_F(AuthTest, EnforceRefusesTheUnsignedAndNamesThem) {
  boot(config::Auth::Enforce);
  EXPECT_THAT(host_->advert(254), Contains(HasSubstr("adverts of lb2 are refused: they are not "
                                                     "signed")));
  EXPECT_THAT(host_->advert(254), IsEmpty()) << "told once";
  EXPECT_EQ(host_->count("refused-unsigned"), 2U);
  EXPECT_THAT(host_->section().alarms, Contains(HasSubstr("not signed")));
  EXPECT_THAT(host_->run(322ms), Contains("add vips public")) << "nobody is believed to be active";
  EXPECT_THAT(actions(host_->advert(255)), IsEmpty());
}

TEST_F(AuthTest, PermissiveSignsAndTakesBoth) {
  boot(config::Auth::Permissive);
  host_->advert(199);
  host_->packet(signed_advert(199, 900));
  EXPECT_EQ(host_->count("adverts-received"), 2U);
  host_->run(322ms);
  EXPECT_TRUE(vrrp::verify(host_->last_payload(), {key(1)}, {3, 51, ip("10.0.0.11")}));
}

TEST_F(AuthTest, ReceiveOnlyVerifiesButDoesNotSign) {
  boot(config::Auth::ReceiveOnly);
  host_->advert(199);
  host_->packet(signed_advert(199, 900));
  EXPECT_EQ(host_->count("adverts-received"), 2U);
  host_->packet(signed_advert(254, 901, key(1, 8)));
  EXPECT_EQ(host_->count("refused-forged"), 1U);
  host_->run(322ms);
  EXPECT_EQ(host_->last_payload().size(), 12U);
}

TEST_F(AuthTest, ForgeriesAndForeignKeysMoveNothing) {
  boot(config::Auth::Enforce);
  host_->run(322ms);
  EXPECT_THAT(actions(host_->packet(signed_advert(255, 900, key(1, 8)))), IsEmpty());
  EXPECT_THAT(actions(host_->packet(signed_advert(255, 900, key(2)))), IsEmpty());
  EXPECT_EQ(host_->count("refused-forged"), 1U);
  EXPECT_EQ(host_->count("refused-unknown-key"), 1U);
  EXPECT_EQ(host_->state(), SectionState::Active);
}

TEST_F(AuthTest, AReplayDoesNotHoldABackup) {
  boot(config::Auth::Enforce);
  const base::Bytes recorded = signed_advert(199, 900);
  host_->packet(recorded);
  host_->run(300ms);
  EXPECT_THAT(host_->packet(recorded), IsEmpty());
  EXPECT_EQ(host_->count("refused-replayed"), 1U);
  EXPECT_THAT(host_->run(22ms), Contains("add vips public"));
}

TEST_F(AuthTest, AnOldAuthenticAdvertHoldsABackupForAWhileOnly) {
  boot(config::Auth::Enforce);
  host_->packet(signed_advert(199, 2000));
  host_->run(300ms);
  EXPECT_THAT(host_->packet(signed_advert(199, 100)), Contains(HasSubstr("older than earlier")));
  EXPECT_THAT(actions(host_->run(300ms)), IsEmpty()) << "its sender may be alive";
  EXPECT_EQ(host_->count("authentic-but-old"), 1U);
  const base::TimePoint begun = host_->now();
  for (std::uint64_t second = 101; second < 140 && host_->state() == SectionState::Backup;
       ++second) {
    host_->packet(signed_advert(199, second));
    host_->run(100ms);
  }
  EXPECT_EQ(host_->state(), SectionState::Active) << "it may be a recording";
  EXPECT_LT(host_->now() - begun, 4 * 322ms);
}

TEST_F(AuthTest, AnOldAuthenticAdvertNeverMakesAnActiveRouterStepDown) {
  boot(config::Auth::Enforce);
  host_->packet(signed_advert(199, 2000));
  host_->run(322ms);
  EXPECT_THAT(actions(host_->packet(signed_advert(255, 100))), IsEmpty());
  EXPECT_THAT(actions(host_->packet(signed_advert(0, 101))), IsEmpty());
  EXPECT_EQ(host_->state(), SectionState::Active);
}

TEST_F(AuthTest, ANodeWhoseClockWasSetBackCatchesUpWithItsPeers) {
  boot(config::Auth::Enforce);  // at 1000 s, and lb2 knows it from later times
  host_->packet(signed_advert(199, 5000));
  host_->run(322ms);
  ASSERT_EQ(host_->state(), SectionState::Active);
  const auto sequence = vrrp::verify(host_->last_payload(), {key(1)}, {3, 51, ip("10.0.0.11")});
  ASSERT_TRUE(sequence);
  EXPECT_GT(*sequence, std::uint64_t{5000} << 32U);
}

}  // namespace
}  // namespace wslb::agent::core
