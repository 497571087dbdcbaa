// `cookie NAME ...` and `dynamic-cookie-key`.
#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "config/section.h"
#include "config/spelling.h"
#include "config/word_names.h"

namespace wslb::config {
namespace {

using Kind = CookieRule::Kind;
using Apply = void (*)(CookieRule&, const std::string& value, const Statement&);

struct CookieWord {
  std::string_view name;
  bool has_value;
  Apply apply;
};

void append(std::string& list, const std::string& separator, const std::string& item) {
  list += (list.empty() ? "" : separator) + item;
}

// What goes into a Set-Cookie line must not end the attribute, let alone the line.
bool is_attribute(const std::string& text) {
  return !text.empty() && std::ranges::none_of(text, [](char c) {
    return c == ';' || static_cast<unsigned char>(c) < ' ' || c == 127;
  });
}

void set_domain(CookieRule& rule, const std::string& value, const Statement& statement) {
  if (!is_attribute(value)) return statement.error("'" + value + "' is no domain");
  append(rule.domain, "; domain=", value);
}

void set_attribute(CookieRule& rule, const std::string& value, const Statement& statement) {
  if (!is_attribute(value)) {
    return statement.error("'attr' expects a value without ';' and control characters");
  }
  append(rule.attributes, "; ", value);
}

void set_age(std::chrono::seconds& target, const std::string& value, const Statement& statement) {
  const bool has_unit = value.empty() || value.back() < '0' || value.back() > '9';
  const auto duration = statement.accept(parse_timer(has_unit ? value : value + "s"));
  if (duration) target = std::chrono::ceil<std::chrono::seconds>(*duration);
}

constexpr auto kCookieWords = std::to_array<CookieWord>({
    {"insert", false, nullptr},
    {"prefix", false, nullptr},
    {"rewrite", false, nullptr},
    {"indirect", false, [](auto& rule, auto&, auto&) { rule.indirect = true; }},
    {"nocache", false, [](auto& rule, auto&, auto&) { rule.nocache = true; }},
    {"postonly", false, [](auto& rule, auto&, auto&) { rule.postonly = true; }},
    {"preserve", false, [](auto& rule, auto&, auto&) { rule.preserve = true; }},
    {"httponly", false, [](auto& rule, auto&, auto&) { rule.http_only = true; }},
    {"secure", false, [](auto& rule, auto&, auto&) { rule.secure = true; }},
    {"dynamic", false, [](auto& rule, auto&, auto&) { rule.dynamic = true; }},
    {"domain", true, set_domain},
    {"attr", true, set_attribute},
    {"maxidle", true,
     [](auto& rule, auto& value, auto& statement) { set_age(rule.max_idle, value, statement); }},
    {"maxlife", true,
     [](auto& rule, auto& value, auto& statement) { set_age(rule.max_life, value, statement); }},
});

// False after an error.
bool read_words(CookieRule& rule, int& modes, const Statement& statement) {
  for (std::size_t i = 1; i < statement.size(); ++i) {
    const auto word = std::ranges::find(kCookieWords, statement[i], &CookieWord::name);
    if (word == kCookieWords.end()) {
      statement.error("knows no '" + statement[i] + "'" +
                      did_you_mean(statement[i], cookie_word_names()));
      return false;
    }
    if (word->apply == nullptr) {
      rule.kind = static_cast<Kind>(word - kCookieWords.begin());
      ++modes;
      continue;
    }
    if (word->has_value && i + 1 >= statement.size()) {
      statement.error("'" + statement[i] + "' lacks its value");
      return false;
    }
    word->apply(rule, word->has_value ? statement[++i] : statement[i], statement);
  }
  return true;
}

void cookie(ProxyDraft& draft, const Statement& statement) {
  CookieRule rule;
  rule.name = statement[0];
  rule.kind = Kind::Passive;
  int modes = 0;
  if (!read_words(rule, modes, statement)) return;
  if (rule.name.find_first_of("=;, \t\r\n") != std::string::npos) {
    return statement.error("'" + rule.name + "' is no name of a cookie");
  }
  if (modes > 1) return statement.error("'insert', 'prefix' and 'rewrite' exclude each other");
  if (rule.kind == Kind::Rewrite && rule.indirect) {
    return statement.error("'rewrite' and 'indirect' exclude each other");
  }
  if (rule.preserve && rule.kind != Kind::Insert && !rule.indirect) {
    return statement.error("'preserve' needs 'insert' or 'indirect'");
  }
  draft.section.cookie = rule;
}

void dynamic_cookie_key(ProxyDraft& draft, const Statement& statement) {
  draft.dynamic_cookie_key = statement[0];
}

constexpr auto kCookieKeywords = std::to_array<Keyword<ProxyDraft>>({
    {"cookie", "cookie NAME [insert|prefix|rewrite] [OPTION...]", 1, kAnyNumber, cookie,
     Side::Backend},
    {"dynamic-cookie-key", "dynamic-cookie-key KEY", 1, 1, dynamic_cookie_key, Side::Backend},
});

}  // namespace

WordNames cookie_word_names() {
  WordNames names;
  for (const CookieWord& word : kCookieWords) names.push_back(word.name);
  return names;
}

Keywords<ProxyDraft> cookie_keywords() {
  return kCookieKeywords;
}

}  // namespace wslb::config
