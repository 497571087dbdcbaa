#include "view/metrics.h"

#include <map>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/view/example.h"

namespace wslb::view {
namespace {

using testing::HasSubstr;
using testing::Not;

void add_counter(proto::Status& status, const std::string& name, std::uint64_t value) {
  auto& counter = *status.add_counters();
  counter.set_name(name);
  counter.set_value(value);
}

proto::Status counted() {
  proto::Status status = example_pair();
  add_counter(status, "public/entered-active", 3);
  add_counter(status, "public/adverts-sent", 70);
  add_counter(status, "public/refused-forged", 2);
  add_counter(status, "vault/no-room", 1);
  return status;
}

TEST(Metrics, HaveWhatTheAlertsAskFor) {
  const std::string text = metrics_text(counted());
  for (const char* line :
       {"wslb_build_info{version=\"0.1.0\",node=\"lb1\",cluster=\"edge\"} 1\n",
        "wslb_vrrp_state{section=\"public\",state=\"active\"} 1\n",
        "wslb_vrrp_state{section=\"public\",state=\"fault\"} 0\n",
        "wslb_vrrp_takeover_ready{section=\"public\"} 1\n",
        "wslb_vrrp_transitions_total{section=\"public\",state=\"active\"} 3\n",
        "wslb_vrrp_adverts_sent_total{section=\"public\"} 70\n",
        "wslb_vrrp_adverts_refused_total{section=\"public\",reason=\"forged\"} 2\n",
        "wslb_vault_no_room_total 1\n",
        "wslb_peer_lag_seconds{peer=\"lb2\",kind=\"node\"} 0.00025\n",
        "wslb_sticky_table_entries{table=\"app\"} 3\n", "wslb_drained 0\n", "wslb_alarms 0\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(Metrics, EachFamilyIsInOnePlaceWithItsTypeBefore) {
  std::istringstream lines(metrics_text(counted()));
  std::set<std::string> seen;
  std::string family;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(seen.insert(family).second) << family;
      EXPECT_EQ(family.substr(0, 5), "wslb_");
      EXPECT_TRUE(line.ends_with(".") || line.find("1, with") != std::string::npos) << line;
    } else if (line.starts_with("# TYPE ")) {
      const bool counts = line.ends_with(" counter");
      EXPECT_EQ(counts, family.ends_with("_total")) << line;
    } else {
      EXPECT_EQ(line.substr(0, line.find_first_of("{ ")), family);
    }
  }
}

TEST(Metrics, LabelsAreEscaped) {
  proto::Status status = example_pair();
  status.mutable_tables(0)->set_name("a\"b\\c\nd");
  EXPECT_THAT(metrics_text(status), HasSubstr("{table=\"a\\\"b\\\\c\\nd\"} 3\n"));
}

}  // namespace
}  // namespace wslb::view
