#include "config/http_rule.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>
#include <vector>

#include "config/http_action.h"
#include "config/stick_action.h"

namespace wslb::config {
namespace {

bool equal_without_case(std::string_view a, std::string_view b) {
  const auto lower = [](unsigned char c) { return std::tolower(c); };
  return std::ranges::equal(a, b, {}, lower, lower);
}

// A message's framing and its connection are the proxy's own: no rule may contradict them.
bool is_own(std::string_view name) {
  constexpr auto kOwn = std::to_array<std::string_view>(
      {"Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "Keep-Alive",
       "Proxy-Connection", "TE", "Trailer", "HTTP2-Settings"});
  return std::ranges::any_of(kOwn, [&](auto own) { return equal_without_case(own, name); });
}

bool is_header_name(std::string_view name) {
  const auto legal = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  };
  return !name.empty() && std::ranges::all_of(name, legal);
}

class RuleReader {
 public:
  RuleReader(std::span<const std::string> words, const Statement& statement,
             const ReadFile& read_file)
      : words_(words), statement_(statement), read_file_(read_file) {
    rule_.where = statement.where();
  }

  std::optional<ReadRule> read(const ActionRow& row) {
    rule_.action = row.action;
    action_ = row.name;
    words_ = words_.subspan(1);
    if (!read_shape(row.shape)) return std::nullopt;
    return ReadRule{std::move(rule_), words_};
  }

  // `set-var(txn.x) SAMPLE`, `set-var-fmt(txn.x) FORMAT` and `unset-var(txn.x)`.
  std::optional<ReadRule> read_variable(std::string_view kind) {
    action_ = words_[0];
    const std::string_view inside = std::string_view(words_[0]).substr(kind.size() + 1);
    auto variable = statement_.accept(parse_variable(inside.substr(0, inside.find(')'))));
    if (!variable) return std::nullopt;
    rule_.variable = std::move(*variable);
    words_ = words_.subspan(1);
    rule_.action = kind == "unset-var" ? Action::UnsetVariable : Action::SetVariable;
    if (kind == "set-var" && !take_sample()) return std::nullopt;
    if (kind == "set-var-fmt" && !take_template()) return std::nullopt;
    return ReadRule{std::move(rule_), words_};
  }

 private:
  bool read_shape(Shape shape) {
    switch (shape) {
      case Shape::Nothing:
        return true;
      case Shape::Reply:
        return parse_reply(words_, rule_, statement_, read_file_);
      case Shape::Redirect:
        return parse_redirect(words_, rule_, statement_);
      case Shape::NameAndValue:
        return take_name() && take_template();
      case Shape::NameMatch:
        return take_name_match();
      case Shape::Sample:
        return take_sample();
      case Shape::Body:
        return take_body();
      case Shape::NameRegexValue:
        return take_name() && take_regex() && take_replacement();
      case Shape::RegexValue:
        return take_regex() && take_replacement();
      case Shape::Value:
        return take_template();
      case Shape::Status:
        return take_status();
      case Shape::Realm:
        return take_realm();
      case Shape::Service:
        return take_service();
    }
    return false;
  }

  const std::string* take(std::string_view what) {
    if (words_.empty()) {
      statement_.error("'" + std::string(action_) + "' lacks " + std::string(what));
      return nullptr;
    }
    const std::string* const word = words_.data();
    words_ = words_.subspan(1);
    return word;
  }

  bool take_name() {
    const std::string* const name = take("the name of a header");
    if (name == nullptr) return false;
    if (!is_header_name(*name)) {
      statement_.error("'" + std::string(action_) + "' has '" + *name +
                       "', which is no name of a header");
      return false;
    }
    const bool host = equal_without_case(*name, "Host");
    const bool adds = rule_.action == Action::AddHeader || rule_.action == Action::DeleteHeader;
    if (is_own(*name) || (host && adds)) {
      statement_.error("'" + std::string(action_) + "' may not touch '" + *name +
                       "': wslb decides about it so that a message keeps its meaning; remove the "
                       "rule");
      return false;
    }
    rule_.name = *name;
    return true;
  }

  // `NAME [-m str|beg|end|sub|reg]`: whose name is or looks like that.
  bool take_name_match() {
    if (words_.size() < 3 || words_[1] != "-m") return take_name();
    constexpr auto kWays =
        std::to_array<std::pair<std::string_view, Match>>({{"str", Match::Exact},
                                                           {"beg", Match::Prefix},
                                                           {"end", Match::Suffix},
                                                           {"sub", Match::Substring},
                                                           {"reg", Match::Regex}});
    const auto* const way =
        std::ranges::find(kWays, words_[2], &std::pair<std::string_view, Match>::first);
    if (way == kWays.end()) {
      statement_.error("expects 'str', 'beg', 'end', 'sub' or 'reg' after '-m', not '" + words_[2] +
                       "'");
      return false;
    }
    if (way->second == Match::Regex && !take_regex()) return false;
    if (way->second == Match::Exact && !take_name()) return false;
    if (rule_.name.empty() && !rule_.regex) rule_.name = *take("the name of a header");
    if (way->second != Match::Exact) rule_.action = Action::DeleteHeaders;
    rule_.match = way->second;
    words_ = words_.subspan(2);
    return true;
  }

  // `time DURATION [at-least BYTES]`
  bool take_body() {
    if (words_.size() < 2 || words_[0] != "time") {
      statement_.error("'wait-for-body' expects 'time DURATION'");
      return false;
    }
    const auto time = statement_.accept(parse_timer(words_[1]));
    if (!time) return false;
    rule_.time = *time;
    words_ = words_.subspan(2);
    if (words_.size() < 2 || words_[0] != "at-least") return true;
    const auto bytes = statement_.accept(parse_integer(words_[1], 1, 1 << 30));
    if (bytes) rule_.bytes = static_cast<std::size_t>(*bytes);
    words_ = words_.subspan(2);
    return bytes.has_value();
  }

  bool take_template() {
    const std::string* const text = take("a value");
    if (text == nullptr) return false;
    auto value = statement_.accept(parse_log_format(*text, LogFormatUse::Value));
    if (value) rule_.value = std::move(*value);
    return value.has_value();
  }

  bool take_sample() {
    const std::string* const text = take("a sample");
    if (text == nullptr) return false;
    auto sample = statement_.accept(parse_sample(*text));
    if (sample) rule_.sample = std::move(*sample);
    return sample.has_value();
  }

  bool take_regex() {
    const std::string* const pattern = take("a regular expression");
    if (pattern == nullptr) return false;
    auto regex = statement_.accept(base::Regex::compile(*pattern));
    if (regex) rule_.regex = std::move(*regex);
    return regex.has_value();
  }

  // The text with \1 may hold samples as well; they are put in before the groups are.
  bool take_replacement() { return take_template(); }

  bool take_service() {
    const std::string* const name = take("the name of a service");
    if (name == nullptr) return false;
    if (*name == "prometheus-exporter") return true;
    statement_.refuse("use-service " + *name);
    return false;
  }

  bool take_realm() {
    if (words_.empty() || words_[0] != "realm") return true;
    words_ = words_.subspan(1);
    const std::string* const realm = take("the realm");
    if (realm == nullptr) return false;
    rule_.name = *realm;
    if (realm->find_first_of("\"\\\r\n") == std::string::npos) return true;
    statement_.error("'auth' has a realm with a quote, a backslash or a line end");
    return false;
  }

  bool take_status() {
    const std::string* const text = take("a status");
    if (text == nullptr) return false;
    const auto status = statement_.accept(parse_integer(*text, 200, 599));
    if (!status) return false;
    rule_.status = static_cast<int>(*status);
    if (!words_.empty() && words_[0] == "reason") {
      words_ = words_.subspan(1);
      const std::string* const reason = take("the reason");
      if (reason == nullptr) return false;
      rule_.name = *reason;
    }
    return true;
  }

  std::span<const std::string> words_;
  const Statement& statement_;
  const ReadFile& read_file_;
  HttpRule rule_;
  std::string_view action_;
};

}  // namespace

std::optional<ReadRule> parse_http_rule(std::span<const std::string> words, RuleSet set,
                                        const Statement& statement, const ReadFile& read_file) {
  const std::string& name = words[0];
  RuleReader reader(words, statement, read_file);
  for (const std::string_view kind : {"set-var", "set-var-fmt", "unset-var"}) {
    if (name.starts_with(std::string(kind) + "(") && name.ends_with(')')) {
      return reader.read_variable(kind);
    }
  }
  if (set != RuleSet::Answer && is_stick_action(name)) return parse_stick_action(words, statement);
  const ActionRow* const row = find_action(name, set, statement);
  return row == nullptr ? std::nullopt : reader.read(*row);
}

}  // namespace wslb::config
