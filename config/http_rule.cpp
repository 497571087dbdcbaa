#include "config/http_rule.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>
#include <vector>

#include "config/comma_list.h"
#include "config/spelling.h"

namespace wslb::config {
namespace {

enum class Shape : std::uint8_t {
  Nothing,
  Reply,
  Redirect,
  NameAndValue,
  Name,
  NameRegexValue,
  RegexValue,
  Value,
  Status,
  Service,
  Realm,
};

struct ActionRow {
  std::string_view name;
  Action action;
  Shape shape;
  bool of_requests = true;
  bool of_responses = true;
};

constexpr auto kActions = std::to_array<ActionRow>({
    {"allow", Action::Allow, Shape::Nothing},
    {"deny", Action::Deny, Shape::Reply},
    {"tarpit", Action::Tarpit, Shape::Reply, true, false},
    {"redirect", Action::Redirect, Shape::Redirect, true, false},
    {"return", Action::Return, Shape::Reply},
    {"auth", Action::Authenticate, Shape::Realm, true, false},
    {"silent-drop", Action::SilentDrop, Shape::Nothing, true, false},
    {"use-service", Action::ExportMetrics, Shape::Service, true, false},
    {"set-header", Action::SetHeader, Shape::NameAndValue},
    {"add-header", Action::AddHeader, Shape::NameAndValue},
    {"del-header", Action::DeleteHeader, Shape::Name},
    {"replace-header", Action::ReplaceHeader, Shape::NameRegexValue},
    {"replace-value", Action::ReplaceValue, Shape::NameRegexValue},
    {"set-method", Action::SetMethod, Shape::Value, true, false},
    {"set-path", Action::SetPath, Shape::Value, true, false},
    {"set-pathq", Action::SetPathAndQuery, Shape::Value, true, false},
    {"set-query", Action::SetQuery, Shape::Value, true, false},
    {"set-uri", Action::SetUri, Shape::Value, true, false},
    {"replace-path", Action::ReplacePath, Shape::RegexValue, true, false},
    {"replace-pathq", Action::ReplacePathAndQuery, Shape::RegexValue, true, false},
    {"replace-uri", Action::ReplaceUri, Shape::RegexValue, true, false},
    {"set-status", Action::SetStatus, Shape::Status, false, true},
});

constexpr std::string_view kOtherActions =
    "add-acl,cache-store,cache-use,capture,del-acl,del-map,disable-l7-retry,do-resolve,"
    "early-hint,normalize-uri,reject,sc-inc-gpc,sc-inc-gpc0,sc-inc-gpc1,sc-set-gpt0,"
    "send-spoe-group,set-bandwidth-limit,set-dst,set-dst-port,set-log-level,set-map,set-mark,"
    "set-nice,set-priority-class,set-priority-offset,set-src,set-src-port,set-timeout,set-tos,"
    "strict-mode,track-sc0,track-sc1,track-sc2,wait-for-body,wait-for-handshake,"
    "auth,redirect,tarpit,silent-drop,use-service";

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
  RuleReader(std::span<const std::string> words, const Statement& statement)
      : words_(words), statement_(statement) {
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
        return parse_reply(words_, rule_, statement_);
      case Shape::Redirect:
        return parse_redirect(words_, rule_, statement_);
      case Shape::NameAndValue:
        return take_name() && take_template();
      case Shape::Name:
        return take_name();
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
  HttpRule rule_;
  std::string_view action_;
};

void report_unknown_action(const std::string& name, RuleSet set, const Statement& statement) {
  const auto others = split_at_commas(kOtherActions);
  const std::string stem = name.substr(0, name.find('('));
  if (std::ranges::count(others, stem) > 0) return statement.refuse(name);
  std::vector<std::string_view> names(others.begin(), others.end());
  for (const ActionRow& row : kActions) {
    if (set == RuleSet::Request ? row.of_requests : row.of_responses) names.push_back(row.name);
  }
  names.insert(names.end(), {"set-var", "set-var-fmt", "unset-var"});
  statement.error("knows no action '" + name + "'" + did_you_mean(stem, names));
}

}  // namespace

std::optional<ReadRule> parse_http_rule(std::span<const std::string> words, RuleSet set,
                                        const Statement& statement) {
  const std::string& name = words[0];
  RuleReader reader(words, statement);
  for (const std::string_view kind : {"set-var", "set-var-fmt", "unset-var"}) {
    if (name.starts_with(std::string(kind) + "(") && name.ends_with(')')) {
      return reader.read_variable(kind);
    }
  }
  const auto row = std::ranges::find(kActions, name, &ActionRow::name);
  const bool known =
      row != kActions.end() && (set == RuleSet::Request ? row->of_requests : row->of_responses);
  if (!known) {
    report_unknown_action(name, set, statement);
    return std::nullopt;
  }
  return reader.read(*row);
}

}  // namespace wslb::config
