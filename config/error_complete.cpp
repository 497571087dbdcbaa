// The `http-errors` section, and what proxies take from it.
#include <algorithm>
#include <array>
#include <string>

#include "config/check.h"
#include "config/dispatch.h"
#include "config/section.h"

namespace wslb::config {
namespace {

void errorfile(HttpErrors& section, const Statement& statement) {
  const auto status = statement.integer(0, 100, 599);
  if (!status) return;
  section.replies.insert_or_assign(static_cast<int>(*status),
                                   ErrorReply{statement[1], {}, {}, statement.where()});
}

constexpr auto kHttpErrorsKeywords = std::to_array<Keyword<HttpErrors>>({
    {"errorfile", "errorfile STATUS FILE", 2, 2, errorfile},
});

const HttpErrors* find(const std::vector<HttpErrors>& sections, const std::string& name,
                       const Location& where, Diagnostics& diagnostics) {
  const auto found = std::ranges::find(sections, name, &HttpErrors::name);
  if (found != sections.end()) return &*found;
  diagnostics.error(where, "there is no section 'http-errors " + name + "'");
  return nullptr;
}

void take(const HttpErrors& from, const ErrorLine& line, ErrorReplies& into,
          Diagnostics& diagnostics) {
  if (line.statuses.empty()) {
    for (const auto& [status, reply] : from.replies) into.insert_or_assign(status, reply);
  }
  for (const int status : line.statuses) {
    const auto found = from.replies.find(status);
    if (found != from.replies.end()) {
      into.insert_or_assign(status, found->second);
    } else {
      diagnostics.error(line.where, "the section 'http-errors " + from.name +
                                        "' has nothing for the status " + std::to_string(status));
    }
  }
}

}  // namespace

Keywords<HttpErrors> http_errors_keywords() {
  return kHttpErrorsKeywords;
}

void read_http_errors_line(const Line& line, HttpErrors& section, Diagnostics& diagnostics) {
  dispatch<HttpErrors>(line, kHttpErrorsKeywords, {.name = "http-errors"}, section, diagnostics);
}

void complete_errors(ProxyDraft& draft, const std::vector<HttpErrors>& sections,
                     Diagnostics& diagnostics) {
  ErrorReplies& replies = draft.section.error_replies;
  for (const ErrorLine& line : draft.error_lines) {
    if (line.reply) {
      replies.insert_or_assign(line.statuses.front(), *line.reply);
    } else if (line.from.empty()) {
      replies.erase(line.statuses.front());
    } else if (const HttpErrors* const from = find(sections, line.from, line.where, diagnostics)) {
      take(*from, line, replies, diagnostics);
    }
  }
  for (auto* const rules : {&draft.section.request_rules, &draft.section.response_rules}) {
    for (HttpRule& rule : *rules) {
      if (rule.reply.from.empty()) continue;
      const HttpErrors* const from = find(sections, rule.reply.from, rule.where, diagnostics);
      if (from == nullptr) continue;
      const int status = rule.status != 0 ? rule.status : 403;
      const auto found = from->replies.find(status);
      // Where it has none, the proxy's own page is meant.
      rule.reply.is_usual = found == from->replies.end();
      if (!rule.reply.is_usual) rule.reply.file = found->second.file;
    }
  }
}

}  // namespace wslb::config
