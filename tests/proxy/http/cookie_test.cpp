#include "proxy/http/cookie.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/proxy/http/heads.h"

namespace wslb::proxy::http {
namespace {

using config::CookieRule;
using testing::ElementsAre;
using testing::IsEmpty;

// Expectations without another source were measured on HAProxy 2.6.12.

const CookieRule kInsert{"SRV", CookieRule::Kind::Insert, true, true};
const CookieRule kPrefix{"io", CookieRule::Kind::Prefix, true, true};
const CookieRule kRewrite{"SRV", CookieRule::Kind::Rewrite, false, true};

std::string hidden(std::string_view cookies, const CookieRule& rule) {
  RequestHead head = request_with("Cookie: " + std::string(cookies) + "\r\n");
  hide_cookie(head, rule);
  return std::string(head.fields.find("Cookie").value_or("(none)"));
}

struct Answer {
  std::string fields = "";
  CookieRule rule = kInsert;
  std::string server = "a";
  bool chosen = false;
  std::string method = "GET";
  std::string status = "200";
};

std::string answered(const Answer& answer) {
  ResponseHead head =
      parse_response("HTTP/1.1 " + answer.status + " X\r\n" + answer.fields + "\r\n");
  answer_cookie(head, answer.rule, {answer.server, answer.chosen, answer.method});
  return text_of(head.fields);
}

TEST(Cookie, IsFoundInAnyField) {
  const RequestHead head = request_with("Cookie: a=1;b = 2 ; c\r\nCookie: d=\"4\"; a=5; e=f=g\r\n");
  EXPECT_EQ(find_cookie(head.fields, "a"), "1");
  EXPECT_EQ(find_cookie(head.fields, "b"), "2");
  EXPECT_EQ(find_cookie(head.fields, "d"), "\"4\"");
  EXPECT_EQ(find_cookie(head.fields, "e"), "f=g");
  EXPECT_EQ(find_cookie(head.fields, "c"), std::nullopt);
  EXPECT_EQ(find_cookie(head.fields, "A"), std::nullopt) << "case counts";
}

TEST(Cookie, StripsOnlyItself) {
  const auto stripped = [](std::string_view cookies) { return hidden(cookies, kInsert); };
  EXPECT_EQ(stripped("x=1; SRV=b; y=2"), "x=1; y=2");
  EXPECT_EQ(stripped("x=1;SRV=b;y=2"), "x=1; y=2");
  EXPECT_EQ(stripped("SRV=b;y=2"), "y=2");
  EXPECT_EQ(stripped("SRV=b ; y=2"), "y=2");
  EXPECT_EQ(stripped("x=1; SRV=b"), "x=1");
  EXPECT_EQ(stripped("SRV=b"), "(none)");
  EXPECT_EQ(stripped("x=1;  SRV = b  ; y=2"), "x=1; y=2");
  EXPECT_EQ(stripped("SRV=b; SRV=c; x"), "x");
  EXPECT_EQ(stripped("x=1; SRV=b; SRV=c; y=2"), "x=1; y=2");
  EXPECT_EQ(stripped("x=1;y=2; z=3"), "x=1;y=2; z=3") << "not ours, not touched";
  EXPECT_EQ(stripped("x=1;z=3;SRV=b;y=2"), "x=1;z=3; y=2");
  EXPECT_EQ(stripped("SRVX=b; XSRV=b; srv=b"), "SRVX=b; XSRV=b; srv=b");
}

TEST(Cookie, EachFieldIsStripped) {
  RequestHead head = request_with("Cookie: SRV=a\r\nFoo: x\r\nCookie: y=1; SRV=b\r\n");
  hide_cookie(head, kInsert);
  EXPECT_EQ(text_of(head.fields), "Host: a\r\nFoo: x\r\nCookie: y=1\r\n");
}

TEST(Cookie, WithoutIndirectTheServerSeesIt) {
  EXPECT_EQ(hidden("SRV=b", {"SRV", CookieRule::Kind::Insert, false, false}), "SRV=b");
  EXPECT_EQ(hidden("SRV=b", kRewrite), "SRV=b");
}

TEST(Cookie, NamesTheServers) {
  const auto servers = [](std::string_view cookies, const CookieRule& rule) {
    // The views must outlive the edit that hides the cookie.
    static RequestHead head;
    head = request_with("Cookie: " + std::string(cookies) + "\r\n");
    std::vector<std::string_view> found;
    for (const auto& cookie : server_cookies(head, rule, {})) found.push_back(cookie.server);
    hide_cookie(head, rule);
    return found;
  };
  EXPECT_THAT(servers("SRV=a; x=y; SRV=b", kInsert), ElementsAre("a", "b"));
  EXPECT_THAT(servers("x=y; SRV=", kInsert), ElementsAre(""));
  EXPECT_THAT(servers("io=a~xyz", kPrefix), ElementsAre("a"));
  EXPECT_THAT(servers("io=a~x~y", kPrefix), ElementsAre("a"));
  EXPECT_THAT(servers("io=xyz; io=~xyz", kPrefix), ElementsAre("xyz", ""));
  EXPECT_THAT(servers("SRV=a|Z0000|Y0000", kInsert), ElementsAre("a"));
}

TEST(CookiePrefix, IsTakenFromTheRequest) {
  EXPECT_EQ(hidden("io=a~xyz; b=1", kPrefix), "io=xyz; b=1");
  EXPECT_EQ(hidden("b=1;io=a~x~y", kPrefix), "b=1;io=x~y");
  EXPECT_EQ(hidden("io=zz~xyz", kPrefix), "io=xyz") << "of an unknown server too";
  EXPECT_EQ(hidden("io=xyz", kPrefix), "io=xyz");
  EXPECT_EQ(hidden("io=a~", kPrefix), "io=");
  EXPECT_EQ(hidden("oi=a~xyz", kPrefix), "oi=a~xyz");
}

TEST(CookiePrefix, IsPutBeforeWhatTheServerSets) {
  const auto set = [](const std::string& value, const std::string& server = "a") {
    return answered({.fields = "Set-Cookie: " + value + "\r\n", .rule = kPrefix, .server = server});
  };
  EXPECT_EQ(set("io=xyz; Path=/; HttpOnly"), "Set-Cookie: io=a~xyz; Path=/; HttpOnly\r\n");
  EXPECT_EQ(set("io = q"), "Set-Cookie: io=a~q\r\n");
  EXPECT_EQ(set("io=; Path=/"), "Set-Cookie: io=a~; Path=/\r\n");
  EXPECT_EQ(set("other=io=x"), "Set-Cookie: other=io=x\r\n");
  EXPECT_EQ(set("io=xyz", ""), "Set-Cookie: io=xyz\r\n") << "a server without cookie";
  EXPECT_EQ(answered({.fields = "", .rule = kPrefix}), "") << "nothing to put it before";
}

TEST(CookiePrefix, IndirectKeepsTheCookieThatTheClientHas) {
  EXPECT_EQ(answered({.fields = "Set-Cookie: io=q\r\n", .rule = kPrefix, .chosen = true}), "");
}

TEST(CookieInsert, OnlyWhereTheClientHasNoGoodOne) {
  EXPECT_EQ(answered({}), "Set-Cookie: SRV=a; path=/\r\n");
  EXPECT_EQ(answered({.chosen = true}), "");
  EXPECT_EQ(answered({.status = "101"}), "Set-Cookie: SRV=a; path=/\r\n");
}

TEST(CookieInsert, ExpiresItForAServerWithoutCookie) {
  EXPECT_EQ(answered({.server = ""}),
            "Set-Cookie: SRV=; Expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/\r\n");
}

TEST(CookieInsert, TheServersOwnCookieOfThatNameStaysInside) {
  const std::string own = "Set-Cookie: SRV=app; path=/\r\nSet-Cookie: x=y\r\n";
  EXPECT_EQ(answered({.fields = own}), "Set-Cookie: x=y\r\nSet-Cookie: SRV=a; path=/\r\n");
  EXPECT_EQ(answered({.fields = own, .chosen = true}), "Set-Cookie: x=y\r\n");
}

TEST(CookieRewrite, ReplacesOnlyWhatTheServerSets) {
  EXPECT_EQ(answered({.fields = "Set-Cookie: SRV=q; Path=/\r\n", .rule = kRewrite}),
            "Set-Cookie: SRV=a; Path=/\r\n");
  EXPECT_EQ(answered({.fields = "Set-Cookie: SRV=q\r\n", .rule = kRewrite, .chosen = true}),
            "Set-Cookie: SRV=a\r\n");
  EXPECT_EQ(answered({.fields = "", .rule = kRewrite}), "");
}

bool made_private(Answer answer) {
  return answered(answer).ends_with("Set-Cookie: SRV=" + answer.server +
                                    "; path=/\r\nCache-Control: private\r\n");
}

TEST(CookieNocache, OnlyWhereACacheMightStoreTheResponse) {
  for (const char* fields :
       {"Cache-Control: max-age=60", "Cache-Control: s-maxage=5", "ETag: \"x\"", "Expires: 0",
        "Last-Modified: Tue, 15 Nov 1994 12:45:26 GMT", "Cache-Control: public, max-age=5",
        "Cache-Control: public\r\nETag: \"x\"", "Cache-Control: no-cache=\"foo\"\r\nETag: \"x\""}) {
    EXPECT_TRUE(made_private({.fields = std::string(fields) + "\r\n"})) << fields;
  }
  for (const char* fields :
       {"Foo: x", "Age: 5", "Vary: *", "Cache-Control: public", "Cache-Control: must-revalidate",
        "Cache-Control: max-age=60, private", "Cache-Control: no-store\r\nETag: \"x\"",
        "Cache-Control: no-cache\r\nETag: \"x\"", "Cache-Control: max-age=0\r\nETag: \"x\"",
        "Cache-Control: No-Cache=\"Set-Cookie\"\r\nETag: \"x\"",
        "Pragma: no-cache\r\nETag: \"x\""}) {
    EXPECT_FALSE(made_private({.fields = std::string(fields) + "\r\n"})) << fields;
  }
}

TEST(CookieNocache, DependsOnMethodStatusAndRule) {
  const Answer cacheable{.fields = "ETag: \"x\"\r\n"};
  const auto with = [&](auto change) {
    Answer answer = cacheable;
    change(answer);
    return made_private(answer);
  };
  EXPECT_TRUE(with([](Answer&) {}));
  for (const char* method : {"HEAD", "OPTIONS"}) {
    EXPECT_TRUE(with([=](Answer& answer) { answer.method = method; })) << method;
  }
  for (const char* method : {"POST", "PUT", "PATCH"}) {
    EXPECT_FALSE(with([=](Answer& answer) { answer.method = method; })) << method;
  }
  for (const char* status :
       {"203", "204", "206", "300", "301", "404", "405", "410", "414", "501"}) {
    EXPECT_TRUE(with([=](Answer& answer) { answer.status = status; })) << status;
  }
  for (const char* status : {"101", "201", "302", "304", "307", "308", "400", "500", "503"}) {
    EXPECT_FALSE(with([=](Answer& answer) { answer.status = status; })) << status;
  }
  EXPECT_FALSE(with([](Answer& answer) { answer.rule.nocache = false; }));
  EXPECT_FALSE(with([](Answer& answer) { answer.chosen = true; })) << "no cookie set";
}

using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds kNow{1'700'000'000s};

ServerCookie aged(const std::string& value, const CookieRule& rule) {
  RequestHead head = request_with("Cookie: SRV=" + value + "\r\n");
  return server_cookies(head, rule, kNow).at(0);
}

TEST(CookieDate, SurvivesItsForm) {
  EXPECT_EQ(cookie_date(kNow), "|ZVPxA");
  EXPECT_EQ(read_cookie_dates(cookie_date(kNow)).last, kNow);
  EXPECT_EQ(read_cookie_dates("|ZVPxA" + cookie_date(kNow + 4s)).first, kNow + 4s);
  EXPECT_EQ(read_cookie_dates("|ZVP").last, std::nullopt);
  EXPECT_EQ(read_cookie_dates("|ZV~xA").last, std::nullopt);
  EXPECT_EQ(read_cookie_dates("|AAAAA|AAAAA").first, std::nullopt);
}

TEST(CookieDate, TooOldOrTooFarAheadCountsNoMore) {
  CookieRule rule{"SRV", CookieRule::Kind::Insert};
  using Age = ServerCookie::Age;
  const auto last = [](std::chrono::seconds ago) { return "a" + cookie_date(kNow - ago); };
  EXPECT_EQ(aged(last(1000h), rule).age, Age::Fresh) << "without a limit";
  rule.max_idle = 60s;
  EXPECT_EQ(aged(last(60s), rule).age, Age::Fresh);
  EXPECT_EQ(aged(last(64s), rule).age, Age::Idle);
  EXPECT_EQ(aged(last(-23h), rule).age, Age::Fresh);
  EXPECT_EQ(aged(last(-25h), rule).age, Age::Idle);
  EXPECT_EQ(aged("a", rule).age, Age::Fresh);
  rule.max_life = 100s;
  EXPECT_EQ(aged(last(0s) + cookie_date(kNow - 104s), rule).age, Age::Old);
  EXPECT_EQ(aged(last(0s) + cookie_date(kNow - 100s), rule).age, Age::Fresh);
}

}  // namespace
}  // namespace wslb::proxy::http
