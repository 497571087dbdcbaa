#include "config/http_action.h"

#include <algorithm>
#include <array>
#include <vector>

#include "config/comma_list.h"
#include "config/spelling.h"
#include "config/word_names.h"

namespace wslb::config {
namespace {

constexpr auto kActions = std::to_array<ActionRow>({
    {"allow", Action::Allow, Shape::Nothing},
    {"deny", Action::Deny, Shape::Reply},
    {"tarpit", Action::Tarpit, Shape::Reply, true, false},
    {"redirect", Action::Redirect, Shape::Redirect, true, false},
    {"return", Action::Return, Shape::Reply},
    {"auth", Action::Authenticate, Shape::Realm, true, false},
    {"reject", Action::Close, Shape::Nothing, true, false},
    {"set-src", Action::SetSource, Shape::Sample, true, false},
    {"set-src-port", Action::SetSourcePort, Shape::Sample, true, false},
    {"set-dst", Action::SetDestination, Shape::Sample, true, false},
    {"set-dst-port", Action::SetDestinationPort, Shape::Sample, true, false},
    {"wait-for-body", Action::WaitForBody, Shape::Body, true, false},
    {"silent-drop", Action::SilentDrop, Shape::Nothing, true, false},
    {"use-service", Action::ExportMetrics, Shape::Service, true, false},
    {"set-header", Action::SetHeader, Shape::NameAndValue},
    {"add-header", Action::AddHeader, Shape::NameAndValue},
    {"del-header", Action::DeleteHeader, Shape::NameMatch},
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
    "early-hint,normalize-uri,"
    "send-spoe-group,set-bandwidth-limit,set-log-level,set-map,set-mark,"
    "set-nice,set-priority-class,set-priority-offset,set-timeout,set-tos,"
    "strict-mode,wait-for-handshake,"
    "auth,redirect,tarpit,silent-drop,use-service";

bool belongs_to(const ActionRow& row, RuleSet set) {
  if (set == RuleSet::Request) return row.of_requests;
  if (set == RuleSet::Response) return row.of_responses;
  return row.of_responses && row.shape != Shape::Reply;
}

void report_unknown_action(const std::string& name, RuleSet set, const Statement& statement) {
  const auto others = split_at_commas(kOtherActions);
  const std::string stem = name.substr(0, name.find('('));
  if (std::ranges::count(others, stem) > 0) return statement.refuse(name);
  WordNames names = http_action_names(set);
  names.insert(names.end(), others.begin(), others.end());
  statement.error("knows no action '" + name + "'" + did_you_mean(stem, names));
}

}  // namespace

WordNames http_action_names(RuleSet set) {
  WordNames names{"set-var", "set-var-fmt", "unset-var"};
  for (const ActionRow& row : kActions) {
    if (belongs_to(row, set)) names.push_back(row.name);
  }
  if (set == RuleSet::Answer) return names;
  for (const std::string_view name : stick_action_names()) names.push_back(name);
  return names;
}

const ActionRow* find_action(const std::string& name, RuleSet set, const Statement& statement) {
  const auto* const row = std::ranges::find(kActions, name, &ActionRow::name);
  if (row != kActions.end() && belongs_to(*row, set)) return row;
  report_unknown_action(name, set, statement);
  return nullptr;
}

}  // namespace wslb::config
