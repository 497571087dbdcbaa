// The answers of HAProxy 2.6.12's -cc.
#include "config/predicate.h"

#include <gtest/gtest.h>

namespace wslb::config {
namespace {

bool holds(std::string_view text) {
  const auto result = evaluate_predicate(text, {{"HOME", "/root"}});
  EXPECT_TRUE(result) << text;
  return result && *result;
}

bool is_error(std::string_view text) {
  return !evaluate_predicate(text, {});
}

TEST(Predicate, ComparesVersions) {
  for (const auto* text :
       {"version_atleast(2.5-dev0)", "version_atleast(2.6.12)", "version_atleast(2.6-dev3)",
        "version_before(2.7)", "version_before(2.6.13)", "version_atleast(1.8)",
        "version_atleast(x)"}) {
    EXPECT_TRUE(holds(text)) << text;
  }
  for (const auto* text : {"version_before(2.5)", "version_atleast(2.6.13)",
                           "version_atleast(2.7-dev1)", "version_atleast(3.0)"}) {
    EXPECT_FALSE(holds(text)) << text;
  }
}

TEST(Predicate, CombinesThem) {
  EXPECT_TRUE(holds("(1 || 0) && !0"));
  EXPECT_FALSE(holds("1 && 0"));
  EXPECT_TRUE(holds("0 && 0 || 1"));
  EXPECT_FALSE(holds(""));
  EXPECT_FALSE(holds("0"));
  EXPECT_TRUE(holds("!feature(NOPE) && feature(OPENSSL)"));
  EXPECT_TRUE(holds("defined(HOME) && !defined(NOPE)"));
  EXPECT_TRUE(holds("streq(\"a b\",'a b') && strneq(a,b)"));
  EXPECT_TRUE(holds("streq(\"$HOME\",/root) && streq(\"<${HOME}>\",</root>)"));
  EXPECT_TRUE(holds("streq(\"a$NOPE\",a) && strneq('$HOME',/root)"));
  EXPECT_TRUE(holds("-1000 && 200"));
}

TEST(Predicate, RefusesWhatItDoesNotKnow) {
  for (const auto* text : {"foo", "foo(1)", "1 || foo", "1 1", "streq(a", "streq(a)", "(1", "1)",
                           "enabled(POLL)", "&& 1", "1 &&", "!"}) {
    EXPECT_TRUE(is_error(text)) << text;
  }
  EXPECT_TRUE(is_error(std::string(10'000, '('))) << "and does not overflow the stack";
  EXPECT_TRUE(is_error(std::string(10'000, '!')));
}

}  // namespace
}  // namespace wslb::config
