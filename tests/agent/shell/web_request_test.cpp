#include "agent/web_request.h"

#include <gtest/gtest.h>

#include "agent/web_site.h"

namespace wslb::agent {
namespace {

using Verdict = WebRequest::Verdict;

Verdict verdict(std::string_view bytes) {
  return read_web_request(bytes).verdict;
}

TEST(WebRequest, ReadsThePathOfAGetOrHead) {
  const WebRequest get = read_web_request("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(get.verdict, Verdict::Good);
  EXPECT_EQ(get.path, "/metrics");
  EXPECT_FALSE(get.head_only);
  const WebRequest head = read_web_request("HEAD /?a=b HTTP/1.0\r\n\r\n");
  EXPECT_EQ(head.path, "/");
  EXPECT_TRUE(head.head_only);
}

TEST(WebRequest, IsIncompleteUntilItsHeadEnds) {
  const std::string whole = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(verdict(whole.substr(0, i)), Verdict::Incomplete) << i;
  }
  EXPECT_EQ(verdict(whole + "anything"), Verdict::Good);
}

TEST(WebRequest, RefusesWhatIsNone) {
  for (const char* line : {"", "GET", "GET /", "GET  / HTTP/1.1", "GET / HTTP/2.0",
                           "GET / HTTP/1.1 ", "get / HTTP/1.1", " GET / HTTP/1.1", "GET x HTTP/1.1",
                           "GET http://x/ HTTP/1.1", "GET /\x01 HTTP/1.1", "GET /\xff HTTP/1.1",
                           "ABCDEFGHIJKLMNOPQRSTU / HTTP/1.1", "GET /\t HTTP/1.1"}) {
    EXPECT_EQ(verdict(std::string(line) + "\r\n\r\n"), Verdict::Malformed) << line;
  }
  EXPECT_EQ(verdict("POST / HTTP/1.1\r\n"), Verdict::BadMethod) << "before the rest has come";
  EXPECT_EQ(verdict("\x16\x03\x01\x02\r\n"), Verdict::Malformed) << "TLS";
}

TEST(WebRequest, IsBounded) {
  EXPECT_EQ(verdict("GET /" + std::string(kWebPathBytesMax, 'a') + " HTTP/1.1\r\n"),
            Verdict::TooLong);
  EXPECT_EQ(verdict(std::string(kWebHeadBytesMax, 'a')), Verdict::TooLong);
  const std::string head = "GET / HTTP/1.1\r\nCookie: ";
  EXPECT_EQ(verdict(head + std::string(kWebHeadBytesMax, 'a')), Verdict::TooLong);
  EXPECT_EQ(verdict(head + std::string(kWebHeadBytesMax, 'a') + "\r\n\r\n"), Verdict::TooLong);
}

TEST(WebSite, AnswersByPath) {
  view::PageModel state;
  state.status.set_node("lb1");
  const auto ask = [&](const std::string& line, const view::PageModel* model) {
    return web_answer(read_web_request(line + " HTTP/1.1\r\n\r\n"), model);
  };
  EXPECT_TRUE(needs_state(read_web_request("GET / HTTP/1.1\r\n\r\n")));
  EXPECT_FALSE(needs_state(read_web_request("GET /x HTTP/1.1\r\n\r\n")));
  EXPECT_TRUE(ask("GET /", &state).starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/html"));
  EXPECT_NE(ask("GET /metrics", &state).find("wslb_build_info{"), std::string::npos);
  EXPECT_NE(ask("GET /status.json", &state).find("\"node\":\"lb1\""), std::string::npos);
  EXPECT_TRUE(ask("GET /events.json", &state).ends_with("\r\n\r\n[]\n"));
  EXPECT_TRUE(ask("GET /nothing", nullptr).starts_with("HTTP/1.1 404"));
  EXPECT_TRUE(ask("GET /", nullptr).starts_with("HTTP/1.1 503"));
  EXPECT_TRUE(ask("DELETE /", nullptr).starts_with("HTTP/1.1 405"));
  EXPECT_TRUE(ask("GET x", nullptr).starts_with("HTTP/1.1 400"));
}

TEST(WebSite, AHeadGetsTheSameWithoutABody) {
  const view::PageModel state;
  const std::string get = web_answer({WebRequest::Verdict::Good, "/status.json", false}, &state);
  const std::string head = web_answer({WebRequest::Verdict::Good, "/status.json", true}, &state);
  EXPECT_TRUE(get.starts_with(head));
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST(WebSite, AllowsItsOwnScriptAndNoOther) {
  const view::PageModel state;
  const std::string page = web_answer({WebRequest::Verdict::Good, "/", false}, &state);
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  EXPECT_NE(page.find("script-src 'sha256-"), std::string::npos);
}

}  // namespace
}  // namespace wslb::agent
