#include "proxy/http/acl.h"

#include <gtest/gtest.h>

#include "tests/proxy/http/heads.h"

namespace wslb::proxy::http {
namespace {

using config::AclTest;
using config::Condition;
using config::ConditionTerm;
using config::Match;

AclTest test_of(const std::string& sample, Match match, std::vector<std::string> patterns,
                bool ignore_case = false) {
  AclTest test;
  test.sample = *config::parse_sample(sample);
  test.match = match;
  test.ignore_case = ignore_case;
  test.patterns = std::move(patterns);
  return test;
}

AclTest header(const std::string& name, Match match, std::vector<std::string> patterns,
               bool ignore_case = false) {
  return test_of("req.hdr(" + name + ")", match, std::move(patterns), ignore_case);
}

AclTest path(Match match, std::string pattern) {
  return test_of("path", match, {std::move(pattern)});
}

Transaction about(const RequestHead& head) {
  Transaction transaction;
  transaction.request = &head;
  return transaction;
}

bool matches(const AclTest& test, const RequestHead& head) {
  return http::matches(test, about(head));
}

bool holds(const Condition& condition, const RequestHead& head) {
  return http::holds(condition, about(head));
}

RequestHead to_host(const std::string& host) {
  return parse_request("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
}

TEST(Acl, HeaderIsSplitAtCommas) {
  const AclTest upgrade = header("Connection", Match::Exact, {"upgrade"}, true);
  EXPECT_TRUE(matches(upgrade, request_with("Connection: Upgrade\r\n")));
  EXPECT_TRUE(matches(upgrade, request_with("Connection: keep-alive, Upgrade\r\n")));
  EXPECT_TRUE(matches(upgrade, request_with("Connection: x\r\nconnection: upgrade\r\n")));
  EXPECT_FALSE(matches(upgrade, request_with("Connection: upgrades\r\n")));
  EXPECT_FALSE(matches(upgrade, request_with("Foo: upgrade\r\n")));
}

TEST(Acl, CaseCountsWithoutTheFlag) {
  EXPECT_FALSE(matches(header("host", Match::Exact, {"a.com"}), to_host("A.com")));
  EXPECT_TRUE(matches(header("host", Match::Exact, {"a.com"}, true), to_host("A.com")));
}

TEST(Acl, HowASampleIsCompared) {
  EXPECT_TRUE(matches(header("host", Match::Suffix, {".b.com"}, true), to_host("a.B.com")));
  EXPECT_FALSE(matches(header("host", Match::Suffix, {"b.com"}), to_host("b.com:8080")))
      << "as in HAProxy, the port is part of it";
  EXPECT_TRUE(matches(header("Host", Match::Prefix, {"ws."}), to_host("ws.b.com")));
  EXPECT_FALSE(matches(header("Host", Match::Prefix, {"ws.b.com.x"}), to_host("ws.b.com")));
  EXPECT_TRUE(matches(header("host", Match::Substring, {".B."}, true), to_host("a.b.c")));
  EXPECT_FALSE(matches(header("host", Match::Substring, {"bc"}), to_host("a.b.c")));
  EXPECT_TRUE(matches(header("host", Match::Exact, {"x", "y", "a"}), to_host("a")))
      << "any of them";
}

TEST(Acl, AbsoluteFormSaysTheHost) {
  const RequestHead head = parse_request("GET http://good/p HTTP/1.1\r\nHost: evil\r\n\r\n");
  EXPECT_TRUE(matches(header("host", Match::Exact, {"good"}), head));
  EXPECT_FALSE(matches(header("host", Match::Exact, {"evil"}), head));
  EXPECT_TRUE(matches(path(Match::Exact, "/p"), head));
}

TEST(Acl, PathEndsAtTheQuery) {
  const RequestHead head = parse_request("GET /static/a.png?x=/b HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(matches(path(Match::Prefix, "/static/"), head));
  EXPECT_TRUE(matches(path(Match::Suffix, ".png"), head));
  EXPECT_TRUE(matches(path(Match::Exact, "/static/a.png"), head));
  EXPECT_FALSE(matches(path(Match::Substring, "/b"), head));
}

TEST(Condition, AndOrNot) {
  const AclTest is_a = header("host", Match::Exact, {"a"});
  const AclTest has_foo = header("foo", Match::Substring, {""});
  const RequestHead with = request_with("Foo: x\r\n");
  const RequestHead without = request_with("");

  const ConditionTerm a{false, {is_a}};
  const ConditionTerm foo{false, {has_foo}};
  const ConditionTerm no_foo{true, {has_foo}};
  const ConditionTerm either{false, {header("host", Match::Exact, {"b"}), has_foo}};

  EXPECT_TRUE(holds({}, without)) << "no condition";
  EXPECT_TRUE(holds({false, {{a, foo}}}, with));
  EXPECT_FALSE(holds({false, {{a, foo}}}, without));
  EXPECT_TRUE(holds({false, {{a, no_foo}}}, without));
  EXPECT_FALSE(holds({false, {{a, no_foo}}}, with));
  EXPECT_TRUE(holds({false, {{no_foo}, {a, foo}}}, with)) << "or";
  EXPECT_TRUE(holds({false, {{either}}}, with)) << "lines of one name";
  EXPECT_FALSE(holds({false, {{either}}}, without));
  EXPECT_TRUE(holds({true, {{foo}}}, without)) << "unless";
  EXPECT_FALSE(holds({true, {{foo}}}, with));
}

}  // namespace
}  // namespace wslb::proxy::http
