// From a line to the keyword's handler: finds the row of the section's table, checks the number of
// arguments and calls it, or explains why there is no such keyword.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/haproxy_words.h"
#include "config/keyword.h"

namespace wslb::config {

// What a section is called in messages, and the words that belong in it without being in its table.
struct SectionWords {
  std::string_view name;
  Words unsupported{};
  std::span<const Meaningless> meaningless{};
};

// A line taken apart: `no option contstats` is {No, "option contstats", {}}.
struct Call {
  Prefix prefix = Prefix::None;
  std::string keyword;
  std::span<const std::string> arguments;
};

// Two words make the keyword where one of `names` begins with the first and a blank.
[[nodiscard]] Call read_call(const Line& line, const std::vector<std::string_view>& names);

void report_unknown(const Line& line, const Call& call, std::vector<std::string_view> names,
                    const SectionWords& section, Diagnostics& diagnostics);

// False where the number is wrong; that has been reported then.
[[nodiscard]] bool check_arguments(const Statement& statement, std::string_view usage,
                                   std::size_t min, std::size_t max);

template <typename Draft>
bool allowed_everywhere(Draft& /*draft*/, const Keyword<Draft>& /*keyword*/,
                        const Statement& /*statement*/) {
  return true;
}

// `is_allowed` may report that the keyword does not belong here and return false.
template <typename Draft>
void dispatch(const Line& line, Keywords<Draft> keywords, const SectionWords& section, Draft& draft,
              Diagnostics& diagnostics,
              bool (*is_allowed)(Draft&, const Keyword<Draft>&,
                                 const Statement&) = allowed_everywhere<Draft>) {
  std::vector<std::string_view> names;
  for (const auto& keyword : keywords) names.push_back(keyword.name);

  Call call = read_call(line, names);
  const auto row = std::ranges::find(names, call.keyword);
  if (row == names.end()) return report_unknown(line, call, names, section, diagnostics);

  const Keyword<Draft>& keyword = keywords[static_cast<std::size_t>(row - names.begin())];
  const Statement statement(call.prefix, call.keyword, call.arguments, line.where, diagnostics);
  if (call.prefix != Prefix::None && !keyword.negatable) {
    return statement.error("cannot follow 'no' or 'default'");
  }
  if (!is_allowed(draft, keyword, statement)) return;
  const bool negated = call.prefix != Prefix::None;
  const std::size_t min = negated ? 0 : keyword.arguments_min;
  if (!check_arguments(statement, keyword.usage, min, keyword.arguments_max)) return;
  keyword.apply(draft, statement);
}

}  // namespace wslb::config
