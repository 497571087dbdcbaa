#include "config/dispatch.h"

#include <utility>

#include "config/spelling.h"

namespace wslb::config {
namespace {

bool contains(Words words, std::string_view word) {
  return std::ranges::count(words, word) > 0;
}

std::string quoted(std::string_view word) {
  return "'" + std::string(word) + "'";
}

}  // namespace

Call read_call(const Line& line, const std::vector<std::string_view>& names) {
  Call call;
  std::span<const std::string> words(line.words);
  if (words.size() > 1 && (words[0] == "no" || words[0] == "default")) {
    call.prefix = words[0] == "no" ? Prefix::No : Prefix::Default;
    words = words.subspan(1);
  }
  call.keyword = words[0];
  words = words.subspan(1);
  const std::string group = call.keyword + " ";
  const auto in_group = [&](std::string_view name) { return name.starts_with(group); };
  if (!words.empty() && std::ranges::any_of(names, in_group)) {
    call.keyword = group + words[0];
    words = words.subspan(1);
  }
  call.arguments = words;
  return call;
}

void report_unknown(const Line& line, const Call& call, std::vector<std::string_view> names,
                    const SectionWords& section, Diagnostics& diagnostics) {
  const std::string first = call.keyword.substr(0, call.keyword.find(' '));
  for (const auto& [word, reason] : section.meaningless) {
    if (word != first && word != call.keyword) continue;
    return diagnostics.warning(line.where, quoted(word) +
                                               " has no meaning in wslb and is passed "
                                               "over: " +
                                               std::string(reason));
  }
  for (const std::string& word : {call.keyword, first}) {
    if (!contains(section.unsupported, word)) continue;
    return diagnostics.error(line.where,
                             quoted(word) + " is not supported by this version of wslb");
  }
  const auto removed = std::ranges::find(removed_keywords(), call.keyword, &Removed::word);
  if (!section.unsupported.empty() && removed != removed_keywords().end()) {
    const std::string_view instead = removed->instead;
    return diagnostics.error(
        line.where, quoted(call.keyword) + " is no longer part of HAProxy's language; " +
                        (instead.empty() ? "remove it" : "use " + quoted(instead) + " instead"));
  }
  const std::string group = call.keyword + " ";
  if (std::ranges::any_of(names, [&](auto name) { return name.starts_with(group); })) {
    return diagnostics.error(line.where, quoted(call.keyword) + " expects the name of one");
  }
  // Of "track interface" a misspelt "tarck" is near the first word alone; sections end sections.
  for (std::size_t i = 0, count = names.size(); i < count; ++i) {
    const auto blank = names[i].find(' ');
    if (blank != std::string_view::npos) names.push_back(names[i].substr(0, blank));
  }
  names.insert(names.end(), {"global", "defaults", "frontend", "backend", "listen", "userlist",
                             "peers", "cluster", "vrrp"});
  names.insert(names.end(), section.unsupported.begin(), section.unsupported.end());
  for (const auto& [word, reason] : section.meaningless) names.push_back(word);
  diagnostics.error(line.where, "unknown keyword " + quoted(call.keyword) + " in " +
                                    quoted(section.name) + " section" +
                                    did_you_mean(call.keyword, names));
}

bool check_arguments(const Statement& statement, std::string_view usage, std::size_t min,
                     std::size_t max) {
  if (statement.size() >= min && statement.size() <= max) return true;
  const std::string expected = "expects: " + std::string(usage);
  if (statement.size() < min) {
    statement.error("lacks an argument; " + expected);
  } else {
    statement.error("cannot use the argument '" + statement[max] + "'; " + expected);
  }
  return false;
}

}  // namespace wslb::config
