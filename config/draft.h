// Sections while their lines are read: the typed section and what only its end can settle.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/acl.h"
#include "config/check_draft.h"
#include "config/config.h"
#include "config/once.h"
#include "config/read_file.h"

namespace wslb::config {

// `acl NAME ...`: all lines of one name together.
struct NamedAcl {
  std::string name;
  std::vector<AclTest> tests;
  Location where;
};

// A term of a condition that names an ACL, to be filled in when the section is complete, since
// later lines of the ACL count too. `tests` is for `{ ... }`.
struct DraftTerm {
  bool negated = false;
  std::string acl;  // empty: anonymous
  std::vector<AclTest> tests;
};

struct DraftCondition {
  bool negated = false;
  std::vector<std::vector<DraftTerm>> any_of_all;
};

// Which keyword said what a log line holds; None: HAProxy's default short line.
enum class LogKind : std::uint8_t { None, Tcp, Http, Custom };

// A `defaults`, `frontend`, `backend` or `listen`. A section begins as a copy of its defaults.
struct ProxyDraft {
  ProxySection section;
  bool is_defaults = false;
  bool has_rules = false;  // a `defaults` with ACLs or rules

  CheckDraft check;
  Server default_server;
  std::string dynamic_cookie_key;
  std::vector<base::Endpoint> sources;  // of servers without their own
  bool log_global = false;
  LogKind log_kind = LogKind::None;
  Location log_format_where;  // of Custom
  std::vector<NamedAcl> acls;
  std::vector<DraftCondition> monitor_conditions;
  std::vector<DraftCondition> conditions;  // of section.use_backends, one for each
  // Likewise of the rules.
  std::vector<DraftCondition> request_conditions;
  std::vector<DraftCondition> redirect_conditions;
  std::vector<DraftCondition> response_conditions;
  std::vector<DraftCondition> answer_conditions;
  std::vector<DraftCondition> connection_conditions;
  std::vector<DraftCondition> session_conditions;
  std::vector<DraftCondition> content_conditions;
  std::vector<DraftCondition> persist_conditions;
  std::vector<DraftCondition> server_conditions;
  std::vector<DraftCondition> stick_conditions;
  std::vector<DraftCondition> store_response_conditions;
  std::vector<ErrorLine> error_lines;
  ReadFile read_file;
  Places places;  // of keywords given in this section
};

struct ClusterDraft {
  Cluster cluster;
  bool secret_given = false;
  Places places;  // of keywords that may come once
};

struct VrrpDraft {
  VrrpSection section;
  std::vector<Location> priority_places;  // of section.priorities, one for each
  std::vector<Location> vip_places;       // of section.vips, one for each
  Places places;
};

struct UserlistDraft {
  struct Member {
    std::string group;
    std::string user;
    Location where;
  };
  Userlist list;
  std::vector<Member> members;  // both may be named before they are there
};

struct ResolversDraft {
  ResolversSection section;
  bool asks_system = false;  // for its name servers
  ReadFile read_file;
};

// All sections of all files.
struct Draft {
  Global global;
  Places global_places;
  std::optional<ClusterDraft> cluster;
  std::vector<VrrpDraft> vrrps;
  std::vector<UserlistDraft> userlists;
  std::vector<PeersSection> peers;
  std::vector<HttpErrors> http_errors;
  std::vector<ResolversDraft> resolvers;
  std::vector<ProxyDraft> defaults;
  std::vector<ProxyDraft> proxies;
};

}  // namespace wslb::config
