// `retries` and `retry-on`.
#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "config/section.h"
#include "config/spelling.h"
#include "config/word_names.h"

namespace wslb::config {
namespace {

void retries(ProxyDraft& draft, const Statement& statement) {
  if (const auto value = statement.integer(0, 0, std::numeric_limits<std::int32_t>::max())) {
    draft.section.retries = static_cast<int>(*value);
  }
}

constexpr auto kRetryStatuses = std::to_array<std::string_view>(
    {"401", "403", "404", "408", "425", "500", "501", "502", "503", "504"});

constexpr auto kRetryEvents =
    std::to_array<std::string_view>({"none", "conn-failure", "empty-response", "junk-response",
                                     "response-timeout", "all-retryable-errors"});

// False after an error.
bool add_event(RetryOn& events, const std::string& word, const Statement& statement) {
  if (word == "0rtt-rejected") return statement.refuse(word), false;
  const WordNames known = retry_event_names();
  if (std::ranges::count(known, word) == 0) {
    statement.error("knows no '" + word + "'" + did_you_mean(word, known));
    return false;
  }
  if (word == "conn-failure") {
    events.connect_failure = true;
  } else if (word == "empty-response") {
    events.empty_response = true;
  } else if (word == "junk-response") {
    events.junk_response = true;
  } else if (word == "response-timeout") {
    events.response_timeout = true;
  } else if (word == "all-retryable-errors") {
    events.connect_failure = events.empty_response = true;
    events.junk_response = events.response_timeout = true;
    for (const int status : {500, 502, 503, 504}) events.statuses.push_back(status);
  } else if (std::ranges::count(kRetryStatuses, word) > 0) {
    events.statuses.push_back(std::stoi(word));
  }
  return true;
}

void retry_on(ProxyDraft& draft, const Statement& statement) {
  RetryOn events;
  events.connect_failure = false;
  if (statement.size() == 1 && statement.is(0, "none")) {
    draft.section.retry_on = events;
    return;
  }
  for (const std::string& word : statement.arguments()) {
    if (word == "none") return statement.error("'none' cannot stand beside other events");
    if (!add_event(events, word, statement)) return;
  }
  draft.section.retry_on = std::move(events);
}

constexpr auto kRetryKeywords = std::to_array<Keyword<ProxyDraft>>({
    {"retries", "retries NUMBER", 1, 1, retries, Side::Backend},
    {"retry-on", "retry-on EVENT...", 1, kAnyNumber, retry_on, Side::Backend},
});

}  // namespace

WordNames retry_event_names() {
  WordNames names(kRetryEvents.begin(), kRetryEvents.end());
  names.insert(names.end(), kRetryStatuses.begin(), kRetryStatuses.end());
  return names;
}

Keywords<ProxyDraft> retry_keywords() {
  return kRetryKeywords;
}

}  // namespace wslb::config
