// Rules: what they write, and what no value may do to a head.
#include "proxy/http/rule.h"

#include <gtest/gtest.h>

#include "config/http_rule.h"
#include "tests/proxy/http/heads.h"

namespace wslb::proxy::http {
namespace {

config::HttpRule rule(const std::vector<std::string>& words) {
  config::Diagnostics diagnostics;
  const config::Location where{"test", 1};
  const config::Statement statement(config::Prefix::None, "http-request", words, where,
                                    diagnostics);
  auto read = config::parse_http_rule(words, config::RuleSet::Request, statement, {});
  EXPECT_FALSE(diagnostics.has_errors());
  return std::move(read->rule);
}

// The request "GET /p?q=1" with Host a and X: `x`, after the rule.
std::string after(const std::vector<std::string>& words, const std::string& x = "1") {
  RequestHead head = parse_request("GET /p?q=1 HTTP/1.1\r\nHost: a\r\nX: " + x + "\r\n\r\n");
  Variables variables;
  Transaction transaction;
  transaction.request = &head;
  transaction.variables = &variables;
  const Outcome outcome = run_request_rules({rule(words)}, head, transaction);
  return outcome.answer.empty() ? serialise(head) : outcome.answer;
}

std::string unchanged(const std::string& x = "1") {
  return "GET /p?q=1 HTTP/1.1\r\nHost: a\r\nX: " + x + "\r\n\r\n";
}

TEST(Rule, EditsHeaders) {
  EXPECT_EQ(after({"set-header", "X", "%[path]%%"}),
            "GET /p?q=1 HTTP/1.1\r\nHost: a\r\nX: /p%\r\n\r\n");
  EXPECT_EQ(after({"replace-header", "X", "(.)-(.)", "\\2\\1"}, "a-b"), unchanged("ba"));
  EXPECT_EQ(after({"replace-value", "X", "^b", "c"}, "a , b , d"), unchanged("a ,c, d"));
  EXPECT_EQ(after({"del-header", "X"}), "GET /p?q=1 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(after({"set-header", "Host", "b:80"}),
            "GET /p?q=1 HTTP/1.1\r\nX: 1\r\nHost: b:80\r\n\r\n");
}

TEST(Rule, NoValueBreaksOutOfItsHeader) {
  EXPECT_EQ(after({"set-header", "X", "%[hdr(x),url_dec]"}, "a%0d%0aEvil: 1"),
            unchanged("a%0d%0aEvil: 1"));
  EXPECT_EQ(after({"set-header", "X", "%[hdr(x),url_dec]"}, "a%00b"), unchanged("a%00b"));
  EXPECT_EQ(after({"add-header", "Y", "%[hdr(x),url_dec]"}, "a%0ab"), unchanged("a%0ab"));
  EXPECT_EQ(after({"set-header", "Host", "%[hdr(x)]"}, "a b"), unchanged("a b"));
  EXPECT_EQ(after({"replace-header", "Host", "a", "b c"}), unchanged());
  const std::string answer =
      after({"redirect", "location", "/%[hdr(x),url_dec]"}, "a%0d%0aEvil: 1");
  EXPECT_EQ(answer.find("Evil"), std::string::npos) << answer;
}

TEST(Rule, NoValueBreaksTheRequestLine) {
  EXPECT_EQ(after({"set-path", "/%[hdr(x),url_dec]"}, "a%20HTTP/1.1"), unchanged("a%20HTTP/1.1"));
  EXPECT_EQ(after({"set-query", "%[hdr(x),url_dec]"}, "a%0d%0ab"), unchanged("a%0d%0ab"));
  EXPECT_EQ(after({"set-uri", "x"}), unchanged());
  EXPECT_EQ(after({"set-method", "%[hdr(x)]"}, "GET /"), unchanged("GET /"));
  EXPECT_EQ(after({"set-method", "CONNECT"}), unchanged());
  EXPECT_EQ(after({"set-path", "/%[hdr(x)]"}, "new"),
            "GET /new?q=1 HTTP/1.1\r\nHost: a\r\nX: new\r\n\r\n");
}

TEST(Rule, AnswersSayWhetherTheConnectionEnds) {
  const std::string answer = after({"return", "status", "204"});
  EXPECT_EQ(answer, "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(finish_answer(answer, true), "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
}

TEST(Rule, ChangesWhoTheClientIs) {
  RequestHead head = parse_request("GET / HTTP/1.1\r\nHost: a\r\nX: 192.0.2.1\r\n\r\n");
  base::Endpoint client{*base::IpAddress::parse("10.0.0.1"), 1234};
  Transaction transaction;
  transaction.request = &head;
  transaction.client_at = &client;
  run_request_rules({rule({"set-src", "hdr(x)"}), rule({"set-header", "Y", "%[src]"})}, head,
                    transaction);
  EXPECT_EQ(client.to_string(), "192.0.2.1:1234");
  EXPECT_EQ(head.fields.find("Y"), "192.0.2.1");
  run_request_rules({rule({"set-src", "hdr(none)"}), rule({"set-src-port", "int(70000)"})}, head,
                    transaction);
  EXPECT_EQ(client.to_string(), "192.0.2.1:1234");
}

TEST(Rule, WaitsForTheBodyAndGoesOn) {
  RequestHead head = parse_request("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  Transaction transaction;
  transaction.request = &head;
  const std::vector<config::HttpRule> rules{rule({"set-header", "A", "1"}),
                                            rule({"wait-for-body", "time", "1s"}),
                                            rule({"set-header", "B", "2"})};
  const Outcome outcome = run_request_rules(rules, head, transaction);
  EXPECT_EQ(outcome.kind, Outcome::Kind::Wait);
  EXPECT_FALSE(head.fields.find("B"));
  EXPECT_EQ(run_request_rules(rules, head, transaction, outcome.next).kind,
            Outcome::Kind::Continue);
  EXPECT_TRUE(head.fields.find("B"));
}

TEST(Rule, DeletesHeadersThatMatchButNotTheProxysOwn) {
  RequestHead head = parse_request(
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Type: b\r\nX-a: c\r\n\r\n");
  Transaction transaction;
  transaction.request = &head;
  run_request_rules({rule({"del-header", "CONTENT", "-m", "beg"}),
                     rule({"del-header", "^(host|x-.)$", "-m", "reg"})},
                    head, transaction);
  EXPECT_EQ(serialise(head), "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
}

}  // namespace
}  // namespace wslb::proxy::http
