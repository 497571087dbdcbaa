// Keepalived's grammar: words, comments, conditions, definitions, includes, blocks.
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ctl/migration/keepalived_block.h"
#include "ctl/migration/keepalived_host.h"

namespace wslb::ctl::migration {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> words(std::string_view line) {
  std::vector<std::string> texts;
  for (const Word& word : cut_into_words(without_comment(line))) texts.push_back(word.text);
  return texts;
}

TEST(KeepalivedWords, AreCutAsTheManualSays) {
  EXPECT_THAT(words("  advert_int\t1 # seconds"), ElementsAre("advert_int", "1"));
  EXPECT_THAT(words("! a comment"), IsEmpty());
  EXPECT_THAT(words("abcd\" efg h jkl \"mnop"), ElementsAre("abcd efg h jkl mnop"));
  EXPECT_THAT(words("abcd \"efg h jkl\" mnop"), ElementsAre("abcd", "efg h jkl", "mnop"));
  EXPECT_THAT(words(R"(script "say \"#1!\" \\ now")"), ElementsAre("script", R"(say "#1!" \ now)"));
  EXPECT_THAT(words("script 'a b' # c"), ElementsAre("script", "a b"));
}

TEST(KeepalivedWords, BracesStandAlone) {
  EXPECT_THAT(words("vrrp_instance VI_1{"), ElementsAre("vrrp_instance", "VI_1", "{"));
  EXPECT_THAT(words("track_interface {eth0}"), ElementsAre("track_interface", "{", "eth0", "}"));
  EXPECT_THAT(words("}}"), ElementsAre("}", "}"));
  EXPECT_THAT(words("script \"{\""), ElementsAre("script", "{"));
  EXPECT_FALSE(cut_into_words("\"{\"").front().is_brace('{'));
}

struct Read {
  std::vector<std::string> lines;
  std::set<std::string> ids;
  Remarks remarks;
};

Read read(const std::string& text, const std::string& id = "",
          const std::map<std::string, std::string>& files = {}) {
  Read result;
  const ReadIncluded included = [&](const std::string& pattern) {
    std::vector<config::Source> sources;
    const auto found = files.find(pattern);
    if (found != files.end()) sources.push_back({found->first, found->second});
    return sources;
  };
  KeepalivedReader reader(id, included, result.remarks);
  for (const KeepalivedLine& line : reader.read({"/etc/k/k.conf", text})) {
    std::string joined;
    for (const Word& word : line.words) joined += (joined.empty() ? "" : " ") + word.text;
    result.lines.push_back(line.where.file.substr(line.where.file.rfind('/') + 1) + ":" +
                           std::to_string(line.where.line) + " " + joined);
  }
  result.ids = reader.ids();
  return result;
}

TEST(KeepalivedLines, ConditionsChooseTheHost) {
  const std::string text = "@lb1 priority 101\n@lb2 priority 100\n@^lb1 x\nboth\n";
  EXPECT_THAT(read(text, "lb1").lines, ElementsAre("k.conf:1 priority 101", "k.conf:4 both"));
  EXPECT_THAT(read(text, "lb2").lines,
              ElementsAre("k.conf:2 priority 100", "k.conf:3 x", "k.conf:4 both"));
  EXPECT_THAT(read(text).lines, ElementsAre("k.conf:4 both"));
  EXPECT_THAT(read(text).ids, ElementsAre("lb1", "lb2"));
}

TEST(KeepalivedLines, DefinitionsArePutIn) {
  EXPECT_THAT(read("$BASE=10.2.${SUB}\n$SUB=0\n${BASE}.100/32\n$SUB=10\n${BASE}.100/32\n").lines,
              ElementsAre("k.conf:3 10.2.0.100/32", "k.conf:5 10.2.10.100/32"));
  EXPECT_THAT(read("@main $P=240\n@backup $P=200\npriority $P\n", "main").lines,
              ElementsAre("k.conf:3 priority 240"));
  EXPECT_THAT(read("$IF=@main\n$IF x\n", "main").lines, ElementsAre("k.conf:2 x"));
  EXPECT_THAT(read("script ${UNKNOWN}$1\n").lines, ElementsAre("k.conf:1 script ${UNKNOWN}$1"));
  EXPECT_THAT(read("$I= \\\na { \\\n  b $N \\\n}\n$N=1\n$I\n$N=2\n$I\n").lines,
              ElementsAre("k.conf:6 a {", "k.conf:6 b 1", "k.conf:6 }", "k.conf:8 a {",
                          "k.conf:8 b 2", "k.conf:8 }"));
  EXPECT_THAT(read("${_PWD}/x ${_INSTANCE}\n", "lb1").lines, ElementsAre("k.conf:1 /etc/k/x lb1"));
}

TEST(KeepalivedLines, IncludesAreFollowed) {
  const std::map<std::string, std::string> files{{"/etc/k/d/*.conf", "inner\ninclude /abs\n"},
                                                 {"/abs", "deepest\n"}};
  const auto result = read("include d/*.conf\nouter\nincludea none\n", "", files);
  EXPECT_EQ(result.lines.size(), 3U);
  EXPECT_EQ(result.lines.back(), "k.conf:2 outer");
  EXPECT_THAT(result.remarks.all().front().to_string(),
              HasSubstr("k.conf:3: to do: there is no file 'none'"));
}

TEST(KeepalivedLines, WhatNeverEndsEnds) {
  const std::map<std::string, std::string> files{{"/etc/k/k.conf", "include k.conf\n"}};
  EXPECT_TRUE(read("include k.conf\n", "", files).remarks.anything_to_do());
  EXPECT_TRUE(read("$A=x $A\n$A\n").remarks.anything_to_do());
  std::string bomb = "$A=a\n";
  for (char c = 'B'; c <= 'Z'; ++c) {
    const std::string before(1, static_cast<char>(c - 1));
    bomb +=
        std::string("$") + c + "= \\\n$" + before + " \\\n$" + before + " \\\n$" + before + "\n";
  }
  EXPECT_TRUE(read(bomb + "$Z\n").remarks.anything_to_do());
}

Block tree(const std::string& text, Remarks& remarks) {
  const ReadIncluded none = [](const std::string&) { return std::vector<config::Source>(); };
  KeepalivedReader reader("", none, remarks);
  return make_tree(reader.read({"k.conf", text}), remarks);
}

TEST(KeepalivedBlocks, OpenOnTheLineOrOnTheNext) {
  Remarks remarks;
  const Block file = tree("a x {\n b 1\n c { d }\n}\ne\n{\n f\n}\n", remarks);
  ASSERT_EQ(file.inner.size(), 2U);
  EXPECT_EQ(file.inner[0].text(), "a x");
  EXPECT_EQ(file.inner[0].inner[0].argument(), "1");
  EXPECT_EQ(file.inner[0].inner[1].inner[0].keyword(), "d");
  EXPECT_EQ(file.inner[1].inner[0].keyword(), "f");
  EXPECT_THAT(remarks.all(), IsEmpty());
}

TEST(KeepalivedBlocks, ThatDoNotMatchAreTold) {
  Remarks remarks;
  tree("a {\n b {\n }\n", remarks);
  tree("x\n}\n", remarks);
  tree("{\n y\n}\n", remarks);
  std::string all;
  for (const Remark& remark : remarks.all()) all += remark.to_string() + "\n";
  EXPECT_EQ(all,
            "k.conf:1: to do: 'a' lacks its '}'\n"
            "k.conf:2: to do: '}' closes no block\n"
            "k.conf:1: to do: '{' stands behind no keyword; its block is left out\n");
}

TEST(KeepalivedValues, AreReadWithTheirBounds) {
  EXPECT_EQ(parse_seconds("0.25"), std::chrono::milliseconds(250));
  EXPECT_EQ(parse_seconds("5"), std::chrono::seconds(5));
  for (const char* wrong : {"", "x", "-1", "1s", "1e3", "nan", "inf", "999999999"}) {
    EXPECT_EQ(parse_seconds(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(parse_number("255", 1, 255), 255);
  EXPECT_EQ(parse_number("256", 1, 255), std::nullopt);
}

}  // namespace
}  // namespace wslb::ctl::migration
