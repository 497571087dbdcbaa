// The expected sequences are HAProxy 2.6.12's own, recorded from a running one (nbthread 1).
#include "proxy/lb/round_robin.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/proxy/lb/sixteenths.h"

namespace wslb::proxy::lb {
namespace {

bool every_server(std::size_t) {
  return true;
}

std::string picks(RoundRobin& balancer, std::size_t count) {
  std::string letters;
  for (std::size_t i = 0; i < count; ++i) {
    const auto server = balancer.next(every_server);
    letters += server ? static_cast<char>('A' + *server) : '-';
  }
  return letters;
}

std::string picks(const std::vector<int>& weights, std::size_t count) {
  RoundRobin balancer(sixteenths(weights));
  return picks(balancer, count);
}

TEST(RoundRobin, FollowsHaproxysSequences) {
  EXPECT_EQ(picks({5, 1, 1}, 14), "AAABAACAAABAAC");
  EXPECT_EQ(picks({3, 2, 1}, 12), "ABACABABACAB");
  EXPECT_EQ(picks({10, 20, 30}, 12), "CBCACBCBCACB");
  EXPECT_EQ(picks({1, 1, 1, 1}, 8), "ABCDABCD");
  EXPECT_EQ(picks({7, 7, 7, 7}, 8), "ABCDABCD");
  EXPECT_EQ(picks({1, 1, 5}, 14), "CCCACCBCCCACCB");
  EXPECT_EQ(picks({4, 3}, 14), "AABABABAABABAB");
  EXPECT_EQ(picks({256, 1}, 40), std::string(40, 'A'));
}

TEST(RoundRobin, FollowsHaproxyWhereDueTurnsTie) {
  EXPECT_EQ(picks({7, 5, 3, 2}, 51), "ABACBADABCABAACBDABACBADABCABAACBDABACBADABCABAACBD");
  EXPECT_EQ(picks({3, 14}, 34), "BBBBBABBBBABBBBBABBBBBABBBBABBBBBA");
  EXPECT_EQ(picks({19, 4}, 46), "AAAAABAAAAABAAAABAAAAABAAAAABAAAAABAAAABAAAAAB");
  EXPECT_EQ(picks({13, 2, 8, 2, 18, 5}, 48), "EAECAEFBEACEAEDCAFEEAECAEFEACEABECAEFEADCEAEFEAC");
}

TEST(RoundRobin, GivesEachServerExactlyItsShareInTheLongRun) {
  const std::string letters = picks({7, 5, 3, 2}, 17 * 100);
  EXPECT_EQ(std::count(letters.begin(), letters.end(), 'A'), 700);
  EXPECT_EQ(std::count(letters.begin(), letters.end(), 'D'), 200);
}

struct Interruption {
  std::vector<int> weights;
  char victim;
  std::string before, down, again;
};

class RoundRobinInterrupted : public testing::TestWithParam<Interruption> {};

TEST_P(RoundRobinInterrupted, FollowsHaproxyWhenAServerGoesDownAndUp) {
  const Interruption& given = GetParam();
  RoundRobin balancer(sixteenths(given.weights));
  const auto victim = static_cast<std::size_t>(given.victim - 'A');
  EXPECT_EQ(picks(balancer, given.before.size()), given.before);
  balancer.set_weight(victim, 0);
  EXPECT_EQ(picks(balancer, given.down.size()), given.down);
  balancer.set_weight(victim, sixteenths(given.weights)[victim]);
  EXPECT_EQ(picks(balancer, given.again.size()), given.again);
}

INSTANTIATE_TEST_SUITE_P(
    Recorded, RoundRobinInterrupted,
    testing::Values(
        Interruption{{1, 1, 1}, 'A', "A", "BCBC", "BCABCABCA"},
        Interruption{{1, 1, 1}, 'B', "ABCA", "C", "ACBACBACB"},
        Interruption{{1, 1, 1}, 'C', "ABCA", "", "BACBACBAC"},
        Interruption{{5, 1, 1}, 'A', "AAABAACAAABAAC", "BBCBCBCBCBCBC", "AAABAAAAABAAAAABAAAAA"},
        Interruption{{3, 2, 1}, 'A', "ABA", "CBBCBBCBBCB", "BACABABACABABACABA"},
        Interruption{{3, 2, 1}, 'B', "ABACABA", "AACAAACA", "ABCAABABCAABABCAAB"},
        Interruption{
            {10, 20, 30},
            'B',
            "CBCACBCBCACBCBCACBCBCACBCBCACBCBCACBCBCACBCBCACBCBCACBCBCACBCBCACBCBCACBCBCACB"
            "CBCACBCBCACBCBCACBCBCACBCBCACBCB",
            "CCACCCACCCACCCACCCA",
            "CCBACBCCBACBCCBACBCCBACB"},
        Interruption{{7, 5, 3, 2},
                     'D',
                     "AB",
                     "ACBAABCABAACBABACBA",
                     "ABCABADCABABACBADABCABADCABABACBADABCABADCABABACBAD"},
        Interruption{
            {2, 3, 5}, 'C', "CBCACBCBCACBCAC", "BBBABA", "BCACBCBCACBCACBCBCACBCACBCBCAC"}));

TEST(RoundRobin, AServerThatCannotTakeItsTurnLosesIt) {
  RoundRobin balancer(sixteenths({3, 2, 1}));
  const auto not_a = [](std::size_t server) { return server != 0; };
  EXPECT_EQ(balancer.next(not_a), 1U);
  EXPECT_EQ(balancer.next(not_a), 2U);
  EXPECT_EQ(balancer.next([](std::size_t) { return false; }), std::nullopt);
}

TEST(RoundRobin, NeverPicksWeightZeroOrDisabledServers) {
  EXPECT_EQ(picks({0, 1, 0}, 3), "BBB");
  EXPECT_EQ(picks({0, 0}, 2), "--");
  EXPECT_EQ(picks(std::vector<int>{}, 1), "-");
  RoundRobin balancer(sixteenths({1, 1}));
  balancer.set_weight(0, 0);
  balancer.set_weight(1, 0);
  EXPECT_EQ(picks(balancer, 2), "--");
  balancer.set_weight(1, 16);
  EXPECT_EQ(picks(balancer, 3), "BBB");
}

}  // namespace
}  // namespace wslb::proxy::lb
