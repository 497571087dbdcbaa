// A line of a `defaults`, `frontend`, `backend` or `listen` section, and whether its keyword
// belongs there.
#include <string>
#include <vector>

#include "config/dispatch.h"
#include "config/haproxy_words.h"
#include "config/section.h"

namespace wslb::config {
namespace {

std::vector<Keyword<ProxyDraft>> join_tables() {
  std::vector<Keyword<ProxyDraft>> all;
  for (const auto part :
       {frontend_keywords(), backend_keywords(), check_keywords(), retry_keywords(),
        balance_keywords(), cookie_keywords(), option_keywords(), log_keywords(), error_keywords(),
        timeout_keywords(), stats_keywords(), rule_keywords(), persist_keywords(),
        stick_keywords()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

bool is_allowed(ProxyDraft& draft, const Keyword<ProxyDraft>& keyword, const Statement& statement) {
  if (draft.is_defaults) {
    if (keyword.in_defaults) return true;
    if (keyword.in_named_defaults) {
      draft.has_rules = true;
      if (!draft.section.name.empty()) return true;
      statement.error("needs a name in a 'defaults' section: defaults NAME");
    } else {
      statement.error("is not allowed in a 'defaults' section");
    }
    return false;
  }
  const bool lacks_frontend = keyword.side == Side::Frontend && !draft.section.is_frontend();
  const bool lacks_backend = keyword.side == Side::Backend && !draft.section.is_backend();
  if (!lacks_frontend && !lacks_backend) return true;

  const std::string reason = " because '" + draft.section.name + "' is a " +
                             std::string(kind_name(draft)) + ", which has no " +
                             (lacks_frontend ? "frontend" : "backend") + " side";
  if (keyword.misplaced == Misplaced::Error) {
    statement.error("is not allowed" + reason);
  } else {
    statement.warning("is ignored" + reason);
  }
  return false;
}

}  // namespace

std::string_view kind_name(const ProxyDraft& draft) {
  if (draft.is_defaults) return "defaults";
  switch (draft.section.kind) {
    case ProxySection::Kind::Frontend:
      return "frontend";
    case ProxySection::Kind::Backend:
      return "backend";
    case ProxySection::Kind::Listen:
      return "listen";
  }
  return {};
}

void read_proxy_line(const Line& line, ProxyDraft& draft, Diagnostics& diagnostics) {
  static const std::vector<Keyword<ProxyDraft>> kProxyKeywords = join_tables();
  dispatch<ProxyDraft>(line, kProxyKeywords,
                       {kind_name(draft), haproxy_proxy_keywords(), meaningless_proxy_keywords()},
                       draft, diagnostics, is_allowed);
}

}  // namespace wslb::config
