#include "config/stats_socket.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "config/bind_line.h"
#include "config/statement.h"

namespace wslb::config {
namespace {

std::optional<StatsSocket::Level> parse_level(const Statement& statement, const std::string& text) {
  constexpr auto kLevels = std::to_array<std::string_view>({"user", "operator", "admin"});
  const auto found = std::ranges::find(kLevels, text);
  if (found != kLevels.end()) return static_cast<StatsSocket::Level>(found - kLevels.begin());
  statement.error("'level' expects 'user', 'operator' or 'admin', not '" + text + "'");
  return std::nullopt;
}

// Of a bind line's options those that make no sense for commands.
std::string_view unfit_option(const Bind& bind) {
  if (bind.accept_proxy) return "accept-proxy";
  if (bind.tls.enabled) return "ssl";
  if (bind.maxconn) return "maxconn";
  return {};
}

}  // namespace

std::vector<StatsSocket> parse_stats_socket(const Statement& statement) {
  StatsSocket common;
  std::vector<std::string> rest;
  for (std::size_t i = 0; i < statement.size(); ++i) {
    if (i > 0 && statement.is(i, "level")) {
      const auto level = parse_level(statement, statement[++i]);
      if (!level) return {};
      common.level = *level;
    } else if (i > 0 && statement.is(i, "expose-fd")) {
      statement.warning(
          "'expose-fd' has no meaning in wslb and is passed over: a reload needs no "
          "second process");
      ++i;
    } else {
      rest.push_back(statement[i]);
    }
  }
  std::vector<StatsSocket> sockets;
  for (const Bind& bind : parse_bind({statement.prefix(), statement.keyword(), rest,
                                      statement.where(), statement.diagnostics()})) {
    if (const std::string_view unfit = unfit_option(bind); !unfit.empty()) {
      statement.refuse(unfit);
      return {};
    }
    sockets.push_back(common);
    sockets.back().bind = bind;
  }
  return sockets;
}

}  // namespace wslb::config
