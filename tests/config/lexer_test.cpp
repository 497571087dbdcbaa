#include "config/lexer.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "config/spelling.h"
#include "config/value.h"
#include "tests/config/loaded.h"

namespace wslb::config {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::ElementsAre;

std::vector<std::string> words(const std::string& text, const Environment& environment = {}) {
  Diagnostics diagnostics;
  const auto lines = lex({"t.cfg", text}, environment, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors());
  return lines.empty() ? std::vector<std::string>{} : lines.front().words;
}

std::string error_of(const std::string& text) {
  Diagnostics diagnostics;
  EXPECT_TRUE(lex({"t.cfg", text}, {}, diagnostics).empty());
  return diagnostics.all().empty() ? "" : diagnostics.all().front().message;
}

TEST(LexerTest, CutsAtBlanksAndDropsComments) {
  EXPECT_THAT(words(" \tbind  *:80\tmaxconn 5 # why"), ElementsAre("bind", "*:80", "maxconn", "5"));
  EXPECT_THAT(words("timeout client 1s#x"), ElementsAre("timeout", "client", "1s"));
  EXPECT_THAT(words("daemon\r\n"), ElementsAre("daemon"));
  EXPECT_THAT(words("# only\n\n   \n"), ElementsAre());
}

TEST(LexerTest, CountsLinesWithAndWithoutAFinalNewline) {
  Diagnostics diagnostics;
  const auto lines = lex({"t.cfg", "# c\ndaemon\n\nlog x"}, {}, diagnostics);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].where, (Location{"t.cfg", 2}));
  EXPECT_EQ(lines[1].where, (Location{"t.cfg", 4}));
}

TEST(LexerTest, EscapesAsHaproxyDoes) {
  EXPECT_THAT(words(R"(a\ b \# \\ \' \" c\x41d)"), ElementsAre("a b", "#", "\\", "'", "\"", "cAd"));
  EXPECT_THAT(words(R"(GET / HTTP/1.1\r\nHost:\ www)"),
              ElementsAre("GET", "/", "HTTP/1.1\r\nHost: www"));
  EXPECT_THAT(words(R"(s\q \$x)"), ElementsAre("s\\q", "\\$x"));
}

TEST(LexerTest, QuotesProtect) {
  EXPECT_THAT(words(R"('a b#"\n$X' "c '#d")"), ElementsAre("a b#\"\\n$X", "c '#d"));
  EXPECT_THAT(words(R"("time"out 1'0's)"), ElementsAre("timeout", "10s"));
}

TEST(LexerTest, ExpandsVariablesInDoubleQuotesAlone) {
  const Environment environment{{"HOST", "10.0.0.1"}, {"LIST", "a  b c"}, {"EMPTY", ""}};
  EXPECT_THAT(words(R"("$HOST:80" "${HOST}x" '${HOST}' ${HOST} "\$HOST")", environment),
              ElementsAre("10.0.0.1:80", "10.0.0.1x", "${HOST}", "${HOST}", "$HOST"));
  EXPECT_THAT(words(R"(x "${NONE-1.2.3.4}:514" "a${EMPTY-z}")", environment),
              ElementsAre("x", "1.2.3.4:514", "a"));
  EXPECT_THAT(words(R"(x "${LIST[*]}" "${LIST}")", environment),
              ElementsAre("x", "a", "b", "c", "a  b c"));
  EXPECT_THAT(words("\n\nx \"${.FILE}:${.LINE}\""), ElementsAre("x", "t.cfg:3"));
}

TEST(LexerTest, AnUnsetVariableAtTheEndIsAnArgumentLeftOut) {
  EXPECT_THAT(words(R"(server s 127.0.0.1:80 "$EXTRA")"),
              ElementsAre("server", "s", "127.0.0.1:80"));
  EXPECT_THAT(words(R"("$EXTRA")"), ElementsAre());
  EXPECT_THAT(error_of(R"(server "$NAME" 127.0.0.1:80)"), testing::HasSubstr("word 2"));
}

TEST(LexerTest, RefusesABinaryFileOnce) {
  EXPECT_EQ(error_of(std::string("a\0b\nc\0d\n", 8)), "is not a text file: it holds a NUL byte");
}

TEST(SpellingTest, CountsEditsAndSwaps) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("balance", "balance"), 0U);
  EXPECT_EQ(edit_distance("blance", "balance"), 1U);
  EXPECT_EQ(edit_distance("blaance", "balance"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(SpellingTest, ProposesOnlyWhatIsNear) {
  EXPECT_EQ(did_you_mean("blance", {"bind", "balance"}), "; did you mean 'balance'?");
  EXPECT_EQ(did_you_mean("zzzzzz", {"bind", "balance"}), "");
  EXPECT_EQ(did_you_mean(std::string(100000, 'x'), {"bind"}), "");
}

TEST(ValueTest, DurationsHaveHaproxysUnits) {
  EXPECT_EQ(*parse_duration("7"), milliseconds(7));
  EXPECT_EQ(*parse_duration("7us"), microseconds(7));
  EXPECT_EQ(*parse_duration("7s"), std::chrono::seconds(7));
  EXPECT_EQ(*parse_duration("7m"), std::chrono::minutes(7));
  EXPECT_EQ(*parse_duration("7h"), std::chrono::hours(7));
  EXPECT_EQ(*parse_duration("24d"), std::chrono::hours(24 * 24));
  EXPECT_EQ(*parse_duration("2147483647"), milliseconds(2147483647));
  EXPECT_EQ(*parse_timer("1us"), milliseconds(1));
  for (const auto* wrong :
       {"", "s", "1x", "1.5s", "-1s", "1 s", "25d", "2147483648", "99999999999999999999s", "0x5"}) {
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
  }
}

TEST(ValueTest, TheLastColonPartsHostAndPort) {
  const auto any6 = *base::IpAddress::parse("::");
  EXPECT_EQ(parse_host_port(":80")->host, std::nullopt);
  EXPECT_EQ(parse_host_port("*:80")->port, 80);
  EXPECT_EQ(parse_host_port(":::80")->host, any6);
  EXPECT_EQ(parse_host_port("[::1]:80")->host, base::IpAddress::parse("::1"));
  EXPECT_EQ(parse_host_port("[::1]")->port, std::nullopt);
  EXPECT_EQ(parse_host_port("localhost:80")->host, base::IpAddress::parse("127.0.0.1"));
  for (const auto* wrong :
       {"::1", "x:80", "1.2.3.4:0", "1.2.3.4:65536", "1.2.3:80", "[::1:80", "/run/x", "fd@x"}) {
    EXPECT_FALSE(parse_host_port(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace wslb::config
