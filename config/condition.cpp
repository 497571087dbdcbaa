#include "config/condition.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "config/acl_test.h"
#include "config/spelling.h"

namespace wslb::config {
namespace {

// What HAProxy defines from the start. An ACL of the same name takes its place.
struct Predefined {
  std::string_view name;
  std::vector<std::string> words;
};

const std::vector<Predefined>& predefined() {
  static const std::vector<Predefined> kPredefined{
      {"TRUE", {"always_true"}},
      {"FALSE", {"always_false"}},
      {"LOCALHOST", {"src", "127.0.0.1/8", "::1"}},
      {"HTTP", {"req.proto_http"}},
      {"HTTP_1.0", {"req.ver", "1.0"}},
      {"HTTP_1.1", {"req.ver", "1.1"}},
      {"HTTP_2.0", {"req.ver", "2.0"}},
      {"HTTP_CONTENT", {"req.hdr_val(content-length)", "gt", "0"}},
      {"HTTP_URL_ABS", {"url_reg", "^[^/:]*://"}},
      {"HTTP_URL_SLASH", {"url_beg", "/"}},
      {"HTTP_URL_STAR", {"url", "*"}},
      {"METH_CONNECT", {"method", "CONNECT"}},
      {"METH_DELETE", {"method", "DELETE"}},
      {"METH_GET", {"method", "GET", "HEAD"}},
      {"METH_HEAD", {"method", "HEAD"}},
      {"METH_OPTIONS", {"method", "OPTIONS"}},
      {"METH_POST", {"method", "POST"}},
      {"METH_PUT", {"method", "PUT"}},
      {"METH_TRACE", {"method", "TRACE"}},
      {"RDP_COOKIE", {"req.rdp_cookie_cnt", "gt", "0"}},
      {"REQ_CONTENT", {"req.len", "gt", "0"}},
      {"WAIT_END", {"wait_end"}},
  };
  return kPredefined;
}

bool is_or(std::string_view word) {
  return word == "||" || word == "or" || word == "OR" || word == "Or" || word == "oR";
}

class ConditionReader {
 public:
  ConditionReader(std::span<const std::string> words, const ProxyDraft& draft,
                  const Statement& statement)
      : words_(words), draft_(draft), statement_(statement) {}

  std::optional<std::vector<std::vector<DraftTerm>>> groups() {
    std::vector<std::vector<DraftTerm>> groups(1);
    while (!words_.empty()) {
      if (is_or(words_[0])) {
        if (groups.back().empty()) return incomplete();
        groups.emplace_back();
        take();
      } else if (auto read = term()) {
        groups.back().push_back(std::move(*read));
      } else {
        return std::nullopt;
      }
    }
    if (groups.back().empty()) return incomplete();
    return groups;
  }

 private:
  std::string take() {
    std::string word = words_[0];
    words_ = words_.subspan(1);
    return word;
  }

  std::nullopt_t incomplete() const {
    statement_.error("expects the name of an ACL or { ... } after 'if', 'unless' and around '||'");
    return std::nullopt;
  }

  std::optional<DraftTerm> term() {
    DraftTerm term;
    std::string word = take();
    while (word.starts_with('!')) {
      term.negated = !term.negated;
      word.erase(0, 1);
      if (!word.empty()) continue;
      if (words_.empty()) return incomplete();
      word = take();
    }
    if (word == "{") return anonymous(std::move(term));
    const auto known = std::ranges::find(predefined(), word, &Predefined::name);
    if (known != predefined().end() &&
        std::ranges::count(draft_.acls, word, &NamedAcl::name) == 0) {
      auto test = parse_acl_test(known->words, statement_);
      if (!test) return std::nullopt;
      term.tests.push_back(std::move(*test));
      return term;
    }
    if (!is_defined(word)) return std::nullopt;
    term.acl = word;
    return term;
  }

  std::optional<DraftTerm> anonymous(DraftTerm term) {
    const auto close = std::ranges::find(words_, "}");
    if (close == words_.end()) {
      statement_.error("lacks the '}' of an ACL in braces, which needs a blank before it");
      return std::nullopt;
    }
    const auto count = static_cast<std::size_t>(close - words_.begin());
    auto test = parse_acl_test(words_.first(count), statement_, draft_.read_file);
    if (!test) return std::nullopt;
    words_ = words_.subspan(count + 1);
    term.tests.push_back(std::move(*test));
    return term;
  }

  bool is_defined(const std::string& name) const {
    if (std::ranges::count(draft_.acls, name, &NamedAcl::name) > 0) return true;
    std::vector<std::string_view> names;
    for (const NamedAcl& acl : draft_.acls) names.push_back(acl.name);
    const bool brace = name.starts_with('{');
    statement_.error("names the ACL '" + name + "', which is not defined above" +
                     (brace ? "; put a blank after '{'" : did_you_mean(name, names)));
    return false;
  }

  std::span<const std::string> words_;
  const ProxyDraft& draft_;
  const Statement& statement_;
};

}  // namespace

std::optional<DraftCondition> parse_condition(std::span<const std::string> words,
                                              const ProxyDraft& draft, const Statement& statement) {
  auto groups = ConditionReader(words.subspan(1), draft, statement).groups();
  if (!groups) return std::nullopt;
  return DraftCondition{words[0] == "unless", std::move(*groups)};
}

std::optional<DraftCondition> parse_rest(std::span<const std::string> words,
                                         const ProxyDraft& draft, const Statement& statement) {
  if (words.empty()) return DraftCondition{};
  if (words[0] == "if" || words[0] == "unless") return parse_condition(words, draft, statement);
  statement.error("expects 'if' or 'unless', not '" + words[0] + "'");
  return std::nullopt;
}

void settle_conditions(ProxyDraft& defaults) {
  for (auto* const conditions : {&defaults.request_conditions, &defaults.response_conditions,
                                 &defaults.answer_conditions, &defaults.connection_conditions,
                                 &defaults.session_conditions, &defaults.content_conditions}) {
    for (DraftCondition& condition : *conditions) {
      for (auto& group : condition.any_of_all) {
        for (DraftTerm& term : group) {
          const auto acl = std::ranges::find(defaults.acls, term.acl, &NamedAcl::name);
          if (term.acl.empty() || acl == defaults.acls.end()) continue;
          term.tests = acl->tests;
          term.acl.clear();
        }
      }
    }
  }
  defaults.acls.clear();
}

Condition resolve(const DraftCondition& condition, const ProxyDraft& draft) {
  Condition resolved;
  resolved.negated = condition.negated;
  for (const auto& group : condition.any_of_all) {
    std::vector<ConditionTerm>& terms = resolved.any_of_all.emplace_back();
    for (const DraftTerm& term : group) {
      const auto acl = std::ranges::find(draft.acls, term.acl, &NamedAcl::name);
      const bool anonymous = term.acl.empty() || acl == draft.acls.end();
      terms.push_back({term.negated, anonymous ? term.tests : acl->tests});
    }
  }
  return resolved;
}

}  // namespace wslb::config
