#include "config/reference.h"

#include <algorithm>
#include <set>
#include <utility>

#include "config/haproxy_words.h"
#include "config/keyword_meaning.h"
#include "config/reference_words.h"
#include "config/sample_fetch.h"
#include "config/section.h"
#include "config/stick_query.h"
#include "config/word_names.h"

namespace wslb::config {
namespace {

struct Entry {
  std::string_view name;
  std::string_view usage;
  std::string places;  // of proxies: "D F B"
  bool negatable = false;
};

struct Section {
  std::string_view name;   // as KeywordMeaning has it
  std::string_view title;  // the line that begins the section
  std::vector<Entry> entries;
};

template <typename Draft>
void add(Keywords<Draft> keywords, Section& section) {
  for (const auto& keyword : keywords) {
    std::string places;
    if (section.name == "proxy") {
      if (keyword.in_defaults || keyword.in_named_defaults) places += "D ";
      if (keyword.side != Side::Backend) places += "F ";
      if (keyword.side != Side::Frontend) places += "B ";
      places.pop_back();
    }
    section.entries.push_back({keyword.name, keyword.usage, places, keyword.negatable});
  }
}

template <typename... Tables>
Section section(std::string_view name, std::string_view title, Tables... tables) {
  Section made{name, title, {}};
  (add(tables, made), ...);
  std::ranges::sort(made.entries, {}, &Entry::name);
  return made;
}

std::vector<Section> all_sections() {
  return {
      section("cluster", "cluster NAME", cluster_keywords()),
      section("vrrp", "vrrp NAME", vrrp_wire_keywords(), vrrp_policy_keywords()),
      section("global", "global", global_keywords(), global_tls_keywords()),
      section("proxy", "defaults [NAME], frontend NAME, backend NAME, listen NAME",
              frontend_keywords(), backend_keywords(), check_keywords(), retry_keywords(),
              balance_keywords(), cookie_keywords(), option_keywords(), log_keywords(),
              error_keywords(), timeout_keywords(), stats_keywords(), rule_keywords(),
              persist_keywords(), stick_keywords()),
      section("peers", "peers NAME", peers_keywords()),
      section("resolvers", "resolvers NAME", resolvers_keywords()),
      section("userlist", "userlist NAME", userlist_keywords()),
      section("http-errors", "http-errors NAME", http_errors_keywords()),
  };
}

std::string table(const Section& section) {
  const bool proxy = section.name == "proxy";
  std::string text = proxy ? "| Written | Where | Meaning |\n|---|---|---|\n"
                           : "| Written | Meaning |\n|---|---|\n";
  for (const Entry& entry : section.entries) {
    text += "| `" + reference_cell(entry.usage) + "`" + (entry.negatable ? " *" : "");
    if (proxy) text += " | " + entry.places;
    text += " | " + std::string(meaning_of(section.name, entry.name)) + " |\n";
  }
  return text;
}

template <typename Name>
std::string words(std::vector<Name> names) {
  std::ranges::sort(names);
  std::string text;
  for (const Name& name : names) text += (text.empty() ? "`" : " `") + std::string(name) + "`";
  return text + "\n";
}

std::string passed_over() {
  std::string text = "| Keyword | Why it means nothing here |\n|---|---|\n";
  for (const auto& list : {meaningless_global_keywords(), meaningless_proxy_keywords()}) {
    for (const Meaningless& one : list) {
      text += "| `" + std::string(one.word) + "` | " + std::string(one.reason) + " |\n";
    }
  }
  return text;
}

}  // namespace

std::string reference_page() {
  std::string text =
      "# Reference\n\n"
      "Every keyword that a wslb.cfg may have. Made of the parser's own tables by `./dev docs`: do "
      "not edit it here.\nDefaults, ranges and how things work together are in "
      "[configuration.md](configuration.md).\n\n"
      "Where proxies take a keyword: **D**efaults, **F**rontend, **B**ackend; `listen` always. `no "
      "KEYWORD` switches\nthose marked * off, or forgets what was said.\n";
  for (const Section& one : all_sections()) {
    text += "\n## " + std::string(one.title) + "\n\n" + table(one);
  }
  text += reference_words();
  text += "\n## Samples\n\nWhat rules, ACLs, log lines and stick tables may ask for.\n\n" +
          words(fetch_names());
  text +=
      "\nOf stick tables; `sc0_`, `sc1_` and `sc2_` as `sc_`:\n\n" + words(stick_sample_names());
  text += "\n## Converters\n\nBehind a sample and a comma, several at a time.\n\n" +
          words(converter_names());
  text += "\n## Passed over with a warning\n\n" + passed_over();
  return text;
}

std::vector<std::string> reference_gaps() {
  std::vector<std::string> gaps;
  std::set<std::pair<std::string_view, std::string_view>> known;
  for (const Section& one : all_sections()) {
    for (const Entry& entry : one.entries) {
      known.emplace(one.name, entry.name);
      if (!meaning_of(one.name, entry.name).empty()) continue;
      gaps.push_back(std::string(one.name) + " " + std::string(entry.name) + ": no meaning");
    }
  }
  for (const auto& meanings : {section_meanings(), proxy_meanings()}) {
    for (const KeywordMeaning& one : meanings) {
      if (known.contains({one.section, one.keyword})) continue;
      gaps.push_back(std::string(one.section) + " " + std::string(one.keyword) + ": no keyword");
    }
  }
  return gaps;
}

}  // namespace wslb::config
