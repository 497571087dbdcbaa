#include "config/loader.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "config/check.h"
#include "config/condition.h"
#include "config/haproxy_words.h"
#include "config/name.h"
#include "config/section.h"
#include "config/spelling.h"

namespace wslb::config {
namespace {

constexpr auto kKnownSections =
    std::to_array<std::string_view>({"global", "defaults", "frontend", "backend", "listen",
                                     "userlist", "peers", "resolvers", "cluster", "vrrp"});

std::string quoted(std::string_view word) {
  return "'" + std::string(word) + "'";
}

void skip(const Line& /*line*/) {}

}  // namespace

void Loader::read(const Line& line) {
  if (begin_section(line)) {
    return;
  } else if (apply_) {
    apply_(line);
  } else {
    read_outside(line);
  }
}

bool Loader::begin_section(const Line& line) {
  const std::string& word = line.words[0];
  using Kind = ProxySection::Kind;
  if (word == "global") {
    begin_global(line);
  } else if (word == "defaults") {
    begin_defaults(line);
  } else if (word == "frontend") {
    begin_proxy(line, Kind::Frontend);
  } else if (word == "backend") {
    begin_proxy(line, Kind::Backend);
  } else if (word == "listen") {
    begin_proxy(line, Kind::Listen);
  } else if (word == "cluster") {
    begin_cluster(line);
  } else if (word == "vrrp") {
    begin_vrrp(line);
  } else if (word == "userlist") {
    begin_userlist(line);
  } else if (word == "peers") {
    begin_peers(line);
  } else if (word == "http-errors") {
    begin_http_errors(line);
  } else if (word == "resolvers") {
    begin_resolvers(line);
  } else if (std::ranges::count(haproxy_sections(), word) > 0) {
    // One error for the section; its lines mean nothing to wslb.
    diagnostics_.error(line.where,
                       "the section " + quoted(word) + " is not supported by this version of wslb");
    apply_ = skip;
  } else {
    return false;
  }
  return true;
}

void Loader::read_outside(const Line& line) {
  const std::string& word = line.words[0];
  diagnostics_.error(line.where,
                     "unknown keyword " + quoted(word) +
                         " before the first section; expects 'global', 'defaults', "
                         "'frontend', 'backend', 'listen', 'cluster' or 'vrrp'" +
                         did_you_mean(word, {kKnownSections.begin(), kKnownSections.end()}));
}

void Loader::begin_global(const Line& line) {
  if (line.words.size() > 1) {
    diagnostics_.error(line.where, "'global' cannot use the argument " + quoted(line.words[1]));
  }
  apply_ = [this](const Line& l) { read_global_line(l, draft_, diagnostics_); };
}

// `cluster NAME` and `vrrp NAME`. False, and the section is skipped, where there is no right name.
bool Loader::read_name(const Line& line, std::string& name) {
  const std::string& word = line.words[0];
  apply_ = skip;
  if (line.words.size() != 2) {
    diagnostics_.error(line.where, quoted(word) + " expects: " + word + " NAME");
    return false;
  }
  name = line.words[1];
  const auto error = name_error(name);
  if (error) diagnostics_.error(line.where, quoted(word) + " name " + quoted(name) + " " + *error);
  return !error;
}

void Loader::begin_cluster(const Line& line) {
  std::string name;
  if (!read_name(line, name)) return;
  if (draft_.cluster) {
    const Location& before = draft_.cluster->cluster.where;
    diagnostics_.error(line.where, "'cluster' was given before, at " + before.file + ":" +
                                       std::to_string(before.line));
    return;
  }
  draft_.cluster.emplace();
  draft_.cluster->cluster.name = name;
  draft_.cluster->cluster.where = line.where;
  apply_ = [this](const Line& l) { read_cluster_line(l, *draft_.cluster, diagnostics_); };
}

void Loader::begin_vrrp(const Line& line) {
  std::string name;
  if (!read_name(line, name)) return;
  VrrpDraft& draft = draft_.vrrps.emplace_back();
  draft.section.name = name;
  draft.section.where = line.where;
  apply_ = [this](const Line& l) { read_vrrp_line(l, draft_.vrrps.back(), diagnostics_); };
}

void Loader::begin_userlist(const Line& line) {
  std::string name;
  if (!read_name(line, name)) return;
  const auto name_of = [](const UserlistDraft& other) { return other.list.name; };
  if (std::ranges::count(draft_.userlists, name, name_of) > 0) {
    diagnostics_.error(line.where, "'userlist' " + quoted(name) + " was given before");
    return;
  }
  UserlistDraft& draft = draft_.userlists.emplace_back();
  draft.list.name = name;
  draft.list.where = line.where;
  apply_ = [this](const Line& l) { read_userlist_line(l, draft_.userlists.back(), diagnostics_); };
}

void Loader::begin_peers(const Line& line) {
  std::string name;
  if (!read_name(line, name)) return;
  PeersSection& section = draft_.peers.emplace_back();
  section.name = name;
  section.where = line.where;
  apply_ = [this](const Line& l) { read_peers_line(l, draft_.peers.back(), diagnostics_); };
}

void Loader::begin_http_errors(const Line& line) {
  std::string name;
  if (!read_name(line, name)) return;
  draft_.http_errors.push_back({name, {}, line.where});
  apply_ = [this](const Line& l) {
    read_http_errors_line(l, draft_.http_errors.back(), diagnostics_);
  };
}

void Loader::begin_resolvers(const Line& line) {
  std::string name;
  if (!read_name(line, name)) return;
  const auto name_of = [](const ResolversDraft& other) { return other.section.name; };
  if (std::ranges::count(draft_.resolvers, name, name_of) > 0) {
    diagnostics_.error(line.where, "'resolvers' " + quoted(name) + " was given before");
    return;
  }
  ResolversDraft& draft = draft_.resolvers.emplace_back();
  draft.section.name = name;
  draft.section.where = line.where;
  draft.read_file = read_file_;
  apply_ = [this](const Line& l) { read_resolvers_line(l, draft_.resolvers.back(), diagnostics_); };
}

// `from NAME` chooses among the defaults above; without it the last of them counts.
const ProxyDraft* Loader::find_defaults(const Line& line, const std::string& name) {
  const ProxyDraft* found = nullptr;
  for (const ProxyDraft& defaults : draft_.defaults) {
    if (defaults.section.name != name) continue;
    if (found != nullptr) {
      diagnostics_.error(line.where, "'from' names " + quoted(name) +
                                         ", but there are several 'defaults' of that name");
      return found;
    }
    found = &defaults;
  }
  if (found == nullptr) {
    std::vector<std::string_view> names;
    for (const ProxyDraft& defaults : draft_.defaults) names.push_back(defaults.section.name);
    diagnostics_.error(line.where, "'from' names " + quoted(name) +
                                       ", but there is no such 'defaults' section above" +
                                       did_you_mean(name, names));
  }
  return found;
}

void Loader::begin_defaults(const Line& line) {
  const auto& words = line.words;
  // `defaults [NAME] [from NAME]`; a section may even be called "from".
  const std::size_t from = words.size() == 3 && words[1] == "from" ? 1 : 2;
  const std::string name = words.size() > 1 && from == 2 ? words[1] : "";
  if (words.size() > from && (words.size() != from + 2 || words[from] != "from")) {
    diagnostics_.error(line.where, "'defaults' expects: defaults [NAME] [from NAME]");
  }
  ProxyDraft draft;
  if (words.size() == from + 2 && words[from] == "from") {
    if (const ProxyDraft* base = find_defaults(line, words[from + 1])) draft = *base;
    if (draft.has_rules) {
      diagnostics_.error(line.where,
                         "'defaults' cannot begin with the rules of another 'defaults'");
    }
  }
  draft.is_defaults = true;
  draft.has_rules = false;
  draft.read_file = read_file_;
  draft.section.name = name;
  draft.section.where = line.where;
  draft.places.clear();
  draft.check.begin_section();
  if (const auto error = name_error(name)) {
    diagnostics_.error(line.where, "'defaults' name " + quoted(name) + " " + *error);
  }
  draft_.defaults.push_back(std::move(draft));
  apply_ = [this](const Line& l) { read_proxy_line(l, draft_.defaults.back(), diagnostics_); };
}

void Loader::begin_proxy(const Line& line, ProxySection::Kind kind) {
  const auto& words = line.words;
  const std::string usage = " expects: " + words[0] + " NAME [from DEFAULTS]";
  apply_ = skip;
  if (words.size() < 2) {
    diagnostics_.error(line.where, quoted(words[0]) + usage);
    return;
  }
  ProxyDraft draft;
  if (!draft_.defaults.empty()) draft = draft_.defaults.back();
  if (words.size() == 4 && words[2] == "from") {
    if (const ProxyDraft* base = find_defaults(line, words[3])) draft = *base;
  } else if (words.size() > 2 && words[2].find(':') != std::string::npos) {
    diagnostics_.error(line.where, quoted(words[0]) + " has no address; use the keyword 'bind'");
  } else if (words.size() > 2) {
    diagnostics_.error(line.where, quoted(words[0]) + usage);
  }
  settle_conditions(draft);
  draft.is_defaults = false;
  draft.read_file = read_file_;
  draft.section.kind = kind;
  draft.section.name = words[1];
  draft.section.where = line.where;
  draft.places.clear();
  draft.check.begin_section();
  if (const auto error = name_error(words[1])) {
    diagnostics_.error(line.where, quoted(words[0]) + " name " + quoted(words[1]) + " " + *error);
  }
  draft_.proxies.push_back(std::move(draft));
  apply_ = [this](const Line& l) { read_proxy_line(l, draft_.proxies.back(), diagnostics_); };
}

Config Loader::finish() {
  check_cluster(draft_, diagnostics_);
  complete_vrrps(draft_);
  check_vrrps(draft_, diagnostics_);
  for (ProxyDraft& proxy : draft_.proxies) complete_proxy(proxy, draft_.global, diagnostics_);
  for (ProxyDraft& proxy : draft_.proxies) {
    complete_errors(proxy, draft_.http_errors, diagnostics_);
  }
  for (ProxyDraft& proxy : draft_.proxies) complete_tls(proxy, draft_.global, diagnostics_);
  Config config;
  for (UserlistDraft& list : draft_.userlists) {
    config.userlists.push_back(complete_userlist(list, diagnostics_));
  }
  check_stick_tables(draft_, diagnostics_);
  config.peers = draft_.peers;
  check_resolvers(draft_, diagnostics_);
  for (ResolversDraft& each : draft_.resolvers) config.resolvers.push_back(each.section);
  check_proxies(draft_.proxies, diagnostics_);
  check_userlists(draft_.proxies, config, diagnostics_);
  check_health(draft_.proxies, diagnostics_);

  config.global = draft_.global;
  if (draft_.cluster) config.cluster = draft_.cluster->cluster;
  for (const VrrpDraft& vrrp : draft_.vrrps) config.vrrps.push_back(vrrp.section);
  for (const ProxyDraft& proxy : draft_.proxies) config.proxies.push_back(proxy.section);
  return config;
}

}  // namespace wslb::config
