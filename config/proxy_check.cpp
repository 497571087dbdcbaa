// Proxies among each other: names, and the backends that frontends send to.
#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/check.h"
#include "config/section.h"
#include "config/spelling.h"

namespace wslb::config {
namespace {

std::string place_of(const Location& where) {
  return where.file + ":" + std::to_string(where.line);
}

// A frontend and a backend may share a name; two of a side may not.
void check_names(const std::vector<ProxyDraft>& drafts, Diagnostics& diagnostics) {
  for (auto draft = drafts.begin(); draft != drafts.end(); ++draft) {
    const ProxySection& section = draft->section;
    const auto same = std::find_if(drafts.begin(), draft, [&](const ProxyDraft& other) {
      const bool one_side = (section.is_frontend() && other.section.is_frontend()) ||
                            (section.is_backend() && other.section.is_backend());
      return one_side && other.section.name == section.name;
    });
    if (same == draft) continue;
    diagnostics.error(section.where, std::string(kind_name(*draft)) + " '" + section.name +
                                         "' has the name of the " + std::string(kind_name(*same)) +
                                         " at " + place_of(same->section.where));
  }
}

// Whether the kernel would refuse the second of the two. `::` takes IPv4 connections as well.
bool overlap(const base::Endpoint& one, const base::Endpoint& two) {
  if (one.port != two.port) return false;
  const auto covers = [](const base::IpAddress& all, const base::IpAddress& other) {
    return all.is_unspecified() && (!all.is_v4() || other.is_v4());
  };
  return one.address == two.address || covers(one.address, two.address) ||
         covers(two.address, one.address);
}

void check_binds(const std::vector<ProxyDraft>& drafts, Diagnostics& diagnostics) {
  std::vector<std::pair<base::Endpoint, Location>> seen;
  for (const ProxyDraft& draft : drafts) {
    for (const Bind& bind : draft.section.binds) {
      if (bind.inherited_fd || !bind.unix_path.empty() || !bind.interface.empty()) continue;
      const auto same = std::ranges::find_if(
          seen, [&](const auto& other) { return overlap(bind.endpoint, other.first); });
      if (same == seen.end()) {
        seen.emplace_back(bind.endpoint, bind.where);
        continue;
      }
      diagnostics.error(bind.where, "'bind' " + bind.endpoint.to_string() + " overlaps with " +
                                        same->first.to_string() + " at " + place_of(same->second) +
                                        "; give each its own address or port");
    }
  }
}

const ProxyDraft* find_backend(const std::vector<ProxyDraft>& drafts, std::string_view name) {
  const auto found = std::ranges::find_if(drafts, [&](const ProxyDraft& draft) {
    return draft.section.is_backend() && draft.section.name == name;
  });
  return found == drafts.end() ? nullptr : &*found;
}

// A frontend's reference to a backend; nullptr after an error.
const ProxyDraft* check_target(const std::vector<ProxyDraft>& drafts, const ProxyDraft& frontend,
                               const std::string& name, const std::string& keyword,
                               const Location& where, Diagnostics& diagnostics) {
  const ProxyDraft* target = find_backend(drafts, name);
  const std::string subject = "'" + keyword + "' ";
  if (target == nullptr) {
    std::vector<std::string_view> names;
    for (const ProxyDraft& draft : drafts) {
      if (draft.section.is_backend()) names.push_back(draft.section.name);
    }
    diagnostics.error(where, subject + "names '" + name + "', but there is no such backend" +
                                 did_you_mean(name, names));
  } else if (target == &frontend) {
    diagnostics.error(where, subject + "sends 'listen' '" + name + "' to itself");
    target = nullptr;
  } else if (target->section.mode != frontend.section.mode) {
    const bool http = frontend.section.mode == Mode::Http;
    diagnostics.error(where, subject + "sends the " + std::string(http ? "HTTP" : "TCP") + " " +
                                 std::string(kind_name(frontend)) + " '" + frontend.section.name +
                                 "' to the " + (http ? "TCP" : "HTTP") + " backend '" + name +
                                 "'; both need the same 'mode'");
    target = nullptr;
  }
  return target;
}

bool is_upgrade_header(const std::string& name) {
  return name.size() == 7 && std::ranges::equal(name, std::string_view("upgrade"), {}, [](char c) {
           return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
         });
}

// Whether connections that match have asked for an upgrade, which is how WebSockets begin.
bool wants_upgrade(const Condition& condition) {
  if (condition.negated) return false;
  const auto is_upgrade = [](const AclTest& test) {
    return test.sample.fetch == Fetch::RequestHeader && is_upgrade_header(test.sample.name);
  };
  const auto term_wants = [&](const ConditionTerm& term) {
    return !term.negated && std::ranges::any_of(term.any_of, is_upgrade);
  };
  return std::ranges::any_of(condition.any_of_all, [&](const auto& group) {
    return std::ranges::any_of(group, term_wants);
  });
}

void check_references(const std::vector<ProxyDraft>& drafts, const ProxyDraft& frontend,
                      std::vector<const ProxyDraft*>& warned, Diagnostics& diagnostics) {
  const ProxySection& section = frontend.section;
  for (const UseBackend& rule : section.use_backends) {
    if (!rule.format.empty()) continue;
    const ProxyDraft* target =
        check_target(drafts, frontend, rule.backend, "use_backend", rule.where, diagnostics);
    if (target == nullptr || target->section.timeouts.tunnel) continue;
    if (!wants_upgrade(rule.condition) || std::ranges::count(warned, target) > 0) continue;
    warned.push_back(target);
    diagnostics.warning(rule.where, "WebSockets go to the backend '" + rule.backend +
                                        "', which has no 'timeout tunnel': idle ones are cut "
                                        "after 'timeout client' or 'timeout server'");
  }
  if (section.default_backend.empty()) return;
  const auto place = frontend.places.find("default_backend");
  const Location& where = place == frontend.places.end() ? section.where : place->second;
  (void)check_target(drafts, frontend, section.default_backend, "default_backend", where,
                     diagnostics);
}

}  // namespace

void check_proxies(const std::vector<ProxyDraft>& drafts, Diagnostics& diagnostics) {
  check_names(drafts, diagnostics);
  check_binds(drafts, diagnostics);
  check_samples(drafts, diagnostics);
  check_assignments(drafts, diagnostics);
  std::vector<const ProxyDraft*> warned;
  for (const ProxyDraft& draft : drafts) {
    if (draft.section.is_frontend()) check_references(drafts, draft, warned, diagnostics);
  }
}

}  // namespace wslb::config
