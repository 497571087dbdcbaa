#include "config/reference_words.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "config/word_meaning.h"
#include "config/word_names.h"

namespace wslb::config {
namespace {

struct Group {
  std::string_view name;  // as WordMeaning has it
  std::string_view title;
  WordNames words;
};

WordNames all_http_actions() {
  WordNames names;
  for (const RuleSet set : {RuleSet::Request, RuleSet::Response, RuleSet::Answer}) {
    for (const std::string_view name : http_action_names(set)) {
      if (std::ranges::count(names, name) == 0) names.push_back(name);
    }
  }
  return names;
}

std::vector<Group> all_groups() {
  return {
      {"bind",
       "Options of bind\n\n`stats socket` takes them too, but for those of TLS, `accept-proxy` and "
       "`maxconn`; `ssl-default-bind-options` those about versions and tickets",
       bind_option_names()},
      {"server", "Options of server, default-server and server-template", server_option_names()},
      {"http",
       "Actions of rules\n\nQ: `http-request`, S: `http-response`, A: `http-after-response`",
       all_http_actions()},
      {"tcp", "Actions of tcp-request connection, session and content", tcp_action_names()},
      {"answer", "ANSWER\n\nBehind `deny`, `tarpit`, `return` and `http-error`, several at a time",
       reply_word_names()},
      {"redirect", "REDIRECT", redirect_word_names()},
      {"balance", "Algorithms of balance", balance_algorithm_names()},
      {"cookie", "Words of cookie", cookie_word_names()},
      {"stick-table", "Options of stick-table", stick_table_option_names()},
      {"store", "DATA of stick-table store", stick_data_names()},
      {"retry-on", "Events of retry-on", retry_event_names()},
      {"connect", "Options of http-check connect and tcp-check connect",
       check_connect_word_names()},
      {"expect", "Words of http-check expect and tcp-check expect", check_expect_word_names()},
  };
}

const WordMeaning* find_meaning(std::string_view group, std::string_view word) {
  for (const auto& meanings : {line_word_meanings(), rule_word_meanings(), other_word_meanings()}) {
    for (const WordMeaning& one : meanings) {
      if (one.group == group && one.word == word) return &one;
    }
  }
  return nullptr;
}

std::string places_of(std::string_view action) {
  std::string places;
  for (const auto& [set, letter] :
       {std::pair(RuleSet::Request, "Q"), {RuleSet::Response, "S"}, {RuleSet::Answer, "A"}}) {
    const WordNames names = http_action_names(set);
    if (std::ranges::count(names, action) > 0)
      places += (places.empty() ? "" : " ") + std::string(letter);
  }
  return places;
}

// In the order of the meanings, which is the one to read them in.
std::string table(const Group& group) {
  const bool has_places = group.name == "http";
  std::string text = has_places ? "| Written | Where | Meaning |\n|---|---|---|\n"
                                : "| Written | Meaning |\n|---|---|\n";
  for (const auto& meanings : {line_word_meanings(), rule_word_meanings(), other_word_meanings()}) {
    for (const WordMeaning& one : meanings) {
      if (one.group != group.name) continue;
      text += "| `" + reference_cell(one.form) + "` | ";
      if (has_places) text += places_of(one.word) + " | ";
      text += reference_cell(one.text) + " |\n";
    }
  }
  return text;
}

}  // namespace

std::string reference_cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string reference_words() {
  std::string text;
  for (const Group& group : all_groups()) {
    const bool explained = group.title.find('\n') != std::string_view::npos;
    text += "\n## " + std::string(group.title) + (explained ? ".\n\n" : "\n\n") + table(group);
  }
  return text;
}

std::vector<std::string> reference_word_gaps() {
  std::vector<std::string> gaps;
  std::set<std::pair<std::string_view, std::string_view>> known;
  const auto tell = [&](std::string_view group, std::string_view word, const char* what) {
    gaps.push_back(std::string(group) + " " + std::string(word) + ": " + what);
  };
  for (const Group& group : all_groups()) {
    for (const std::string_view word : group.words) {
      known.emplace(group.name, word);
      const WordMeaning* const meaning = find_meaning(group.name, word);
      if (meaning == nullptr) {
        tell(group.name, word, "no meaning");
      } else if (!meaning->form.starts_with(word)) {
        tell(group.name, word, "its form begins with another word");
      }
    }
  }
  for (const auto& meanings : {line_word_meanings(), rule_word_meanings(), other_word_meanings()}) {
    for (const WordMeaning& one : meanings) {
      if (!known.contains({one.group, one.word})) tell(one.group, one.word, "no such word");
    }
  }
  return gaps;
}

}  // namespace wslb::config
