// The backends, frontends and servers that conditions ask about must be there.
#include <algorithm>
#include <string>

#include "config/check.h"
#include "config/condition_needs.h"

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

template <typename Rules>
void check_samples(const std::vector<ProxyDraft>& drafts, const ProxyDraft& own, const Rules& rules,
                   Diagnostics& diagnostics) {
  for (const auto& rule : rules) {
    for_each_sample(rule.condition, [&](const Sample& sample) {
      if (sample.proxy.empty() && sample.server.empty()) return;
      if (is_named(drafts, sample, own)) return;
      diagnostics.error(rule.where, "'" + sample.text + "' names what does not exist");
    });
  }
}

}  // namespace

void check_samples(const std::vector<ProxyDraft>& drafts, Diagnostics& diagnostics) {
  for (const ProxyDraft& draft : drafts) {
    const ProxySection& section = draft.section;
    check_samples(drafts, draft, section.monitor_failures, diagnostics);
    check_samples(drafts, draft, section.use_backends, diagnostics);
    check_samples(drafts, draft, section.request_rules, diagnostics);
    check_samples(drafts, draft, section.redirects, diagnostics);
    check_samples(drafts, draft, section.response_rules, diagnostics);
    check_samples(drafts, draft, section.connection_rules, diagnostics);
    check_samples(drafts, draft, section.content_rules, diagnostics);
  }
}

}  // namespace wslb::config
