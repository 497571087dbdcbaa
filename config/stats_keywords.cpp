// `stats ...` in proxies. Each of them enables the page.
#include <array>

#include "config/section.h"

namespace wslb::config {
namespace {

// Of the section, made by the first line about it.
StatsPage& page(ProxyDraft& draft) {
  auto& page = draft.section.stats_page;
  if (!page) page.emplace();
  return *page;
}

void enable(ProxyDraft& draft, const Statement& /*statement*/) {
  page(draft);
}

void hide_version(ProxyDraft& draft, const Statement& /*statement*/) {
  page(draft).hide_version = true;
}

void show_legends(ProxyDraft& draft, const Statement& /*statement*/) {
  page(draft).show_legends = true;
}

void uri(ProxyDraft& draft, const Statement& statement) {
  if (!statement[0].starts_with('/')) return statement.expects("a URI such as '/stats'");
  page(draft).uri = statement[0];
}

void realm(ProxyDraft& draft, const Statement& statement) {
  if (statement[0].find_first_of("\"\\\r\n") != std::string::npos) {
    return statement.expects("text without quotes and backslashes");
  }
  page(draft).realm = statement[0];
}

void auth(ProxyDraft& draft, const Statement& statement) {
  const auto colon = statement[0].find(':');
  if (colon == std::string::npos) return statement.error("expects USER:PASSWORD");
  page(draft).users.emplace_back(statement[0].substr(0, colon), statement[0].substr(colon + 1));
}

// A number is of seconds here, unlike elsewhere.
void refresh(ProxyDraft& draft, const Statement& statement) {
  const bool bare = statement[0].find_first_not_of("0123456789") == std::string::npos;
  const auto interval = statement.accept(parse_timer(bare ? statement[0] + "s" : statement[0]));
  if (!interval) return;
  page(draft).refresh.reset();
  if (interval->count() > 0) page(draft).refresh = *interval;
}

constexpr auto kStatsKeywords = std::to_array<Keyword<ProxyDraft>>({
    {.name = "stats enable", .usage = "stats enable", .apply = enable},
    {"stats uri", "stats uri PREFIX", 1, 1, uri},
    {"stats realm", "stats realm TEXT", 1, 1, realm},
    {"stats auth", "stats auth USER:PASSWORD", 1, 1, auth},
    {"stats refresh", "stats refresh DURATION", 1, 1, refresh},
    {.name = "stats hide-version", .usage = "stats hide-version", .apply = hide_version},
    {.name = "stats show-legends", .usage = "stats show-legends", .apply = show_legends},
});

}  // namespace

Keywords<ProxyDraft> stats_keywords() {
  return kStatsKeywords;
}

}  // namespace wslb::config
