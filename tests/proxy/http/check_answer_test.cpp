#include "proxy/http/check_answer.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "proxy/http/check_place.h"
#include "proxy/http/check_request.h"

namespace wslb::proxy::http {
namespace {

using config::CheckExpect;
using config::CheckStatus;
using config::CheckStep;
using config::CheckText;
using Protocol = config::HealthCheck::Protocol;
using What = config::CheckExpect::What;

CheckExpect expect(What what, std::string text, bool negated = false) {
  CheckExpect expect;
  expect.what = what;
  expect.negated = negated;
  expect.text = text;
  const bool regex = what == What::Regex || what == What::HexRegex || what == What::StatusRegex;
  if (regex) expect.regex = *base::Regex::compile(text);
  return expect;
}

// "wait", "met", or why it failed.
std::string judged(const CheckAnswer& answer, CheckExpect expect, bool accepts_404 = false) {
  const CheckStep step{std::move(expect), {}, 3};
  const CheckJudgement judgement = answer.judge(step, accepts_404);
  if (judgement.verdict == CheckJudgement::Verdict::Wait) return "wait";
  return judgement.verdict == CheckJudgement::Verdict::Met ? "met" : "failed: " + judgement.info;
}

CheckAnswer http_answer(std::string_view text, std::string_view method = "GET") {
  CheckAnswer answer(Protocol::Http);
  answer.reset(method);
  answer.add(text);
  return answer;
}

TEST(CheckAnswerTest, WaitsForAHeadAndJudgesItsStatus) {
  CheckExpect good;
  good.statuses = {{200, 299}};
  EXPECT_EQ(judged(http_answer("HTTP/1.1 200 OK\r\n"), good), "wait");
  EXPECT_EQ(judged(http_answer("HTTP/1.1 200 OK\r\n\r\n"), good), "met");
  EXPECT_EQ(judged(http_answer("HTTP/1.1 503 Busy\r\n\r\n"), good), "failed: Busy");
  EXPECT_EQ(judged(http_answer("HTTP/1.1 404 Gone\r\n\r\n"), good, true), "met");
  EXPECT_EQ(judged(http_answer("junk\r\n"), good), "failed: ");
}

TEST(CheckAnswerTest, InterimResponsesArePassedOver) {
  CheckAnswer answer = http_answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n");
  EXPECT_EQ(answer.code(), 204);
}

TEST(CheckAnswerTest, ATruncatedHeadFails) {
  CheckAnswer answer = http_answer("HTTP/1.1 200 OK\r\nX:");
  answer.end();
  CheckExpect any;
  any.statuses = {{100, 599}};
  EXPECT_EQ(judged(answer, any), "failed: ");
}

TEST(CheckAnswerTest, TheBodyIsReadWithoutItsFraming) {
  const CheckAnswer answer = http_answer(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
  EXPECT_EQ(judged(answer, expect(What::Text, "abc")), "met");
  EXPECT_EQ(judged(answer, expect(What::Regex, "^abc$")), "met");
  EXPECT_EQ(judged(answer, expect(What::Text, "abd")), "failed: HTTP content check did not match");
  EXPECT_EQ(judged(answer, expect(What::Text, "abc", true)),
            "failed: HTTP check matched unwanted content");
}

TEST(CheckAnswerTest, ABodyThatGoesOnMayStillMatch) {
  const CheckAnswer answer = http_answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabcdef");
  EXPECT_EQ(judged(answer, expect(What::Text, "xyz")), "wait");
  CheckExpect at_once = expect(What::Text, "xyz");
  at_once.bytes_min = 0;
  EXPECT_EQ(judged(answer, at_once), "failed: HTTP content check did not match");
  at_once.bytes_min = 7;
  EXPECT_EQ(judged(answer, at_once), "wait");
}

TEST(CheckAnswerTest, AnAnswerWithoutABodyCannotMatchOne) {
  EXPECT_EQ(judged(http_answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
                   expect(What::Text, "x", true)),
            "failed: HTTP content check could not find a response body");
  EXPECT_EQ(judged(http_answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD"),
                   expect(What::Text, "x")),
            "failed: HTTP content check could not find a response body");
}

TEST(CheckAnswerTest, HeadersMatchByNameAndElement) {
  const CheckAnswer answer = http_answer("HTTP/1.1 200 OK\r\nX-A: one, two\r\nY: z\r\n\r\n");
  CheckExpect header;
  header.what = What::Header;
  header.header_name = {CheckText::Match::Begin, "x-", std::nullopt};
  EXPECT_EQ(judged(answer, header), "met");
  header.header_value = CheckText{CheckText::Match::Exact, "two", std::nullopt};
  EXPECT_EQ(judged(answer, header), "met");
  header.whole_value = true;
  EXPECT_EQ(judged(answer, header), "failed: OK");
  header.header_value->match = CheckText::Match::End;
  EXPECT_EQ(judged(answer, header), "met");
}

TEST(CheckAnswerTest, BytesMatchInTheirHexadecimalForm) {
  CheckAnswer answer(Protocol::Tcp);
  answer.add(std::string_view("\x16\x03\x00", 3));
  EXPECT_EQ(judged(answer, expect(What::HexRegex, "^160300$")), "met");
  EXPECT_EQ(judged(answer, expect(What::Binary, std::string("\x03\x00", 2))), "met");
  answer.end();
  EXPECT_EQ(judged(answer, expect(What::Text, "no")),
            "failed: TCPCHK did not match content 'no' at step 3");
  EXPECT_EQ(judged(answer, expect(What::HexRegex, "^15")),
            "failed: TCPCHK did not match content (binary regex) at step 3");
}

TEST(CheckAnswerTest, WhatIsKeptIsBoundedAndThenDecides) {
  CheckAnswer answer(Protocol::Tcp);
  for (int i = 0; i < 100; ++i) answer.add(std::string(1000, 'x'));
  EXPECT_EQ(judged(answer, expect(What::Text, "y")),
            "failed: TCPCHK did not match content 'y' at step 3");
}

TEST(CheckRequestTest, SaysOnlyWhatItIsTold) {
  const base::Endpoint server{*base::IpAddress::parse("10.0.0.1"), 80};
  config::CheckRequest request;
  EXPECT_EQ(check_request(request, server), "OPTIONS / HTTP/1.0\r\n\r\n");
  request.version = "HTTP/1.1";
  request.body = "abc";
  EXPECT_EQ(check_request(request, server),
            "OPTIONS / HTTP/1.1\r\nHost: 10.0.0.1:80\r\nContent-Length: 3\r\nConnection: close\r\n"
            "\r\nabc");
}

TEST(CheckPlaceTest, NamesTheStepOfATcpScript) {
  EXPECT_EQ(check_place(Protocol::Http, {config::CheckSend{}, {}, 2}), "");
  EXPECT_EQ(check_place(Protocol::Tcp, {config::CheckConnect{}, {}, 0}),
            " at initial connection step of tcp-check");
  EXPECT_EQ(check_place(Protocol::Tcp, {config::CheckConnect{.port = 7}, "why", 2}),
            " at step 2 of tcp-check (connect port 7) comment: 'why'");
  EXPECT_EQ(check_place(Protocol::Tcp, {expect(What::Text, "hi"), {}, 4}),
            " at step 4 of tcp-check (expect string 'hi')");
}

}  // namespace
}  // namespace wslb::proxy::http
