// What samples name must be there: backends, frontends and servers, and userlists.
#include <algorithm>
#include <string>

#include "config/check.h"
#include "config/sample_visitor.h"

namespace wslb::config {
namespace {

bool is_named(const std::vector<ProxyDraft>& drafts, const Sample& sample, const ProxyDraft& own) {
  const bool of_frontend = sample.fetch == Fetch::FrontendConnections;
  const auto is_meant = [&](const ProxyDraft& draft) {
    const ProxySection& section = draft.section;
    const bool right_side = of_frontend ? section.is_frontend() : section.is_backend();
    const bool named = sample.proxy.empty() ? &draft == &own : section.name == sample.proxy;
    if (!named || !right_side) return false;
    return sample.server.empty() ||
           std::ranges::count(section.servers, sample.server, &Server::name) > 0;
  };
  return std::ranges::any_of(drafts, is_meant);
}

}  // namespace

void check_assignments(const std::vector<ProxyDraft>& drafts, Diagnostics& diagnostics) {
  for (const ProxyDraft& draft : drafts) {
    for (const HttpRule& rule : draft.section.request_rules) {
      if (rule.action != Action::Assign) continue;
      const bool known = std::ranges::any_of(drafts, [&rule](const ProxyDraft& other) {
        return other.section.is_backend() && other.section.name == rule.name;
      });
      if (known) continue;
      diagnostics.error(rule.where,
                        "'return assign' names '" + rule.name + "', but there is no such backend");
    }
  }
}

void check_samples(const std::vector<ProxyDraft>& drafts, Diagnostics& diagnostics) {
  for (const ProxyDraft& draft : drafts) {
    visit_samples(draft.section, [&](const Sample& sample, const Location& where) {
      if (sample.proxy.empty() && sample.server.empty()) return;
      if (is_named(drafts, sample, draft)) return;
      diagnostics.error(where, "'" + sample.text + "' names what does not exist");
    });
  }
}

bool asks_about(const ProxySection& own, const ProxySection& backend, const std::string& server) {
  bool found = false;
  visit_samples(own, [&](const Sample& sample, const Location& /*where*/) {
    const bool meant = sample.proxy.empty() ? &own == &backend : sample.proxy == backend.name;
    found = found || (meant && sample.server == server);
  });
  return found;
}

void check_userlists(const std::vector<ProxyDraft>& drafts, const Config& config,
                     Diagnostics& diagnostics) {
  for (const ProxyDraft& draft : drafts) {
    visit_samples(draft.section, [&](const Sample& sample, const Location& where) {
      const bool asks =
          sample.fetch == Fetch::AuthenticUser || sample.fetch == Fetch::AuthenticGroup;
      if (!asks || config.find_userlist(sample.name) != nullptr) return;
      diagnostics.error(where, "'" + sample.text + "' names a userlist that does not exist");
    });
  }
}

}  // namespace wslb::config
