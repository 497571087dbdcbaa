#include "config/stick_action.h"

#include <algorithm>
#include <array>
#include <utility>

#include "config/sample_arguments.h"
#include "config/word_names.h"

namespace wslb::config {
namespace {

struct CounterAction {
  std::string_view name;
  Action action;
  StickData data;
  bool indexed = false;
};

constexpr auto kCounterActions = std::to_array<CounterAction>({
    {"sc-inc-gpc0", Action::IncrementCounter, StickData::Gpc0},
    {"sc-inc-gpc1", Action::IncrementCounter, StickData::Gpc1},
    {"sc-inc-gpc", Action::IncrementCounter, StickData::Gpc, true},
    {"sc-set-gpt0", Action::SetTag, StickData::Gpt0},
    {"sc-set-gpt", Action::SetTag, StickData::Gpt, true},
});

// The name in front of the parentheses.
std::string_view stem_of(std::string_view word) {
  return word.substr(0, word.find('('));
}

std::optional<ReadRule> parse_track(std::span<const std::string> words,
                                    const Statement& statement) {
  HttpRule rule;
  rule.where = statement.where();
  rule.action = Action::Track;
  rule.stick.emplace();
  const std::string& name = words[0];
  const auto counter = parse_integer(std::string_view(name).substr(8), 0, kTrackedMax - 1);
  if (!counter) {
    statement.error("knows no action '" + name + "'; there are track-sc0, track-sc1 and track-sc2");
    return std::nullopt;
  }
  rule.stick->counter = static_cast<int>(*counter);
  if (words.size() < 2) {
    statement.error("'" + name + "' lacks the sample that is tracked");
    return std::nullopt;
  }
  auto sample = statement.accept(parse_sample(words[1]));
  if (!sample) return std::nullopt;
  rule.sample = std::move(*sample);
  words = words.subspan(2);
  if (!words.empty() && words[0] == "table") {
    if (words.size() < 2) {
      statement.error("'" + name + "' lacks the name of the table");
      return std::nullopt;
    }
    rule.stick->table = words[1];
    words = words.subspan(2);
  }
  return ReadRule{std::move(rule), words};
}

// "(0)" or "(INDEX,0)"; HAProxy takes the first counter where there is none.
bool read_places(std::string_view word, const CounterAction& action, StickQuery& query,
                 const Statement& statement) {
  std::string_view rest = word.substr(action.name.size());
  SampleArguments places;
  if (rest.starts_with('(')) {
    rest.remove_prefix(1);
    auto read = statement.accept(take_arguments(rest));
    if (!read) return false;
    places = std::move(*read);
  }
  const bool fits = action.indexed ? places.size() == 2 : places.size() <= 1;
  if (!fits || !rest.empty()) {
    statement.error("expects '" + std::string(action.name) +
                    (action.indexed ? "(INDEX,COUNTER)'" : "(COUNTER)'") + ", not '" +
                    std::string(word) + "'");
    return false;
  }
  if (!places.empty()) {
    const auto counter = statement.accept(parse_integer(places.back(), 0, kTrackedMax - 1));
    if (!counter) return false;
    query.counter = static_cast<int>(*counter);
  }
  if (!action.indexed) return true;
  const auto index = statement.accept(parse_integer(places[0], 0, kStickIndexMax));
  if (index) query.index = static_cast<std::uint32_t>(*index);
  return index.has_value();
}

}  // namespace

WordNames stick_action_names() {
  WordNames names{"track-sc0", "track-sc1", "track-sc2"};
  for (const CounterAction& one : kCounterActions) names.push_back(one.name);
  return names;
}

bool is_stick_action(std::string_view word) {
  return word.starts_with("track-sc") ||
         std::ranges::count(kCounterActions, stem_of(word), &CounterAction::name) > 0;
}

std::optional<ReadRule> parse_stick_action(std::span<const std::string> words,
                                           const Statement& statement) {
  if (words[0].starts_with("track-sc")) return parse_track(words, statement);
  const auto* const action =
      std::ranges::find(kCounterActions, stem_of(words[0]), &CounterAction::name);
  HttpRule rule;
  rule.where = statement.where();
  rule.action = action->action;
  rule.stick.emplace();
  rule.stick->data = action->data;
  if (!read_places(words[0], *action, *rule.stick, statement)) return std::nullopt;
  words = words.subspan(1);
  if (rule.action == Action::SetTag) {
    if (words.empty()) {
      statement.error("'" + std::string(action->name) + "' lacks the value of the tag");
      return std::nullopt;
    }
    const bool number = words[0].find_first_not_of("0123456789") == std::string::npos;
    auto sample = statement.accept(parse_sample(number ? "int(" + words[0] + ")" : words[0]));
    if (!sample) return std::nullopt;
    rule.sample = std::move(*sample);
    words = words.subspan(1);
  }
  return ReadRule{std::move(rule), words};
}

}  // namespace wslb::config
