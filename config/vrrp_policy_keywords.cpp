// The `vrrp` section, line by line: who becomes active, what puts a node in fault, and what happens
// then.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "config/name.h"
#include "config/once.h"
#include "config/section.h"
#include "config/url_check.h"

namespace wslb::config {
namespace {

void priority(VrrpDraft& draft, const Statement& statement) {
  auto& priorities = draft.section.priorities;
  if (std::ranges::count(priorities, statement[0], &VrrpSection::NodePriority::node) > 0) {
    return statement.error("of '" + statement[0] + "' was given before");
  }
  const auto value = statement.integer(1, 1, 255);
  if (!value) return;
  priorities.push_back({statement[0], static_cast<std::uint8_t>(*value)});
  draft.priority_places.push_back(statement.where());
}

void preempt(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  Preempt& rule = draft.section.preempt;
  const bool after = statement.is(0, "after") && statement.size() == 2;
  const bool word = (statement.is(0, "on") || statement.is(0, "off")) && statement.size() == 1;
  if (!after && !word) {
    return statement.error("expects 'on', 'off' or 'after DURATION'");
  }
  rule.enabled = !statement.is(0, "off");
  if (after) rule.after = statement.duration(1).value_or(base::Duration(0));
}

void lease(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  if (statement.is(0, "off")) {
    draft.section.lease = std::nullopt;
    return;
  }
  const auto value = statement.duration(0);
  if (!value) return;
  if (*value % std::chrono::seconds(1) != base::Duration(0) || *value < std::chrono::seconds(1) ||
      *value > std::chrono::minutes(5)) {
    return statement.expects("'off' or whole seconds from 1s to 300s");
  }
  draft.section.lease = *value;
}

void group(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  if (const auto error = name_error(statement[0])) return statement.error("name " + *error);
  draft.section.group = statement[0];
}

bool is_new(const std::vector<std::string>& tracked, const std::string& item,
            const Statement& statement) {
  if (std::ranges::count(tracked, item) == 0) return true;
  statement.error("'" + item + "' was given before");
  return false;
}

void track_interface(VrrpDraft& draft, const Statement& statement) {
  auto& tracked = draft.section.track_interfaces;
  if (!is_interface_name(statement[0])) {
    return statement.expects("the name of a network interface");
  }
  if (is_new(tracked, statement[0], statement)) tracked.push_back(statement[0]);
}

void track_file(VrrpDraft& draft, const Statement& statement) {
  if (!statement[0].starts_with('/')) return statement.expects("the absolute path of a file");
  auto& tracked = draft.section.track_files;
  if (is_new(tracked, statement[0], statement)) tracked.push_back(statement[0]);
}

void track_check(VrrpDraft& draft, const Statement& statement) {
  if (statement.size() % 2 == 0) {
    return statement.error("expects: track check URL [inter DURATION] [fall NUMBER] [rise NUMBER]");
  }
  // Slower than the proxy's: it is about something else, which is often far away.
  UrlCheck check;
  check.inter = std::chrono::seconds(1);
  check.fall = 3;
  check.rise = 2;
  if (!read_check_url(check, statement[0], statement)) return;
  for (std::size_t i = 1; i + 1 < statement.size(); i += 2) {
    if (!read_check_option(check, i, statement)) return;
  }
  auto& tracked = draft.section.track_checks;
  if (std::ranges::count(tracked, check.url, &UrlCheck::url) > 0) {
    return statement.error("'" + check.url + "' was given before");
  }
  tracked.push_back(std::move(check));
}

void start_delay(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  const auto delay = statement.duration(0);
  if (!delay) return;
  if (*delay > std::chrono::minutes(10)) return statement.expects("0 to 10m");
  draft.section.start_delay = *delay;
}

void notify(VrrpDraft& draft, const Statement& statement) {
  if (!is_first(draft.places, statement)) return;
  if (!statement[0].starts_with('/')) return statement.expects("the absolute path of a program");
  draft.section.notify.assign(statement.arguments().begin(), statement.arguments().end());
}

constexpr auto kPolicyKeywords = std::to_array<Keyword<VrrpDraft>>({
    {"priority", "priority NODE NUMBER", 2, 2, priority},
    {"preempt", "preempt on|off|after DURATION", 1, 2, preempt},
    {"lease", "lease DURATION|off", 1, 1, lease},
    {"group", "group NAME", 1, 1, group},
    {"track interface", "track interface NAME", 1, 1, track_interface},
    {"track file", "track file PATH", 1, 1, track_file},
    {"track check", "track check URL [inter DURATION] [fall NUMBER] [rise NUMBER]", 1, 7,
     track_check},
    {"start-delay", "start-delay DURATION", 1, 1, start_delay},
    {"notify", "notify PROGRAM [ARGUMENT...]", 1, kAnyNumber, notify},
});

}  // namespace

Keywords<VrrpDraft> vrrp_policy_keywords() {
  return kPolicyKeywords;
}

}  // namespace wslb::config
