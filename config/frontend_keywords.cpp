// Keywords of the side that clients see, and those that both sides have.
#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "config/acl_test.h"
#include "config/bind_line.h"
#include "config/condition.h"
#include "config/name.h"
#include "config/section.h"

namespace wslb::config {
namespace {

constexpr std::int64_t kCountMax = std::numeric_limits<std::int32_t>::max();

void mode(ProxyDraft& draft, const Statement& statement) {
  if (statement.is(0, "tcp") || statement.is(0, "http")) {
    draft.section.mode = statement.is(0, "tcp") ? Mode::Tcp : Mode::Http;
  } else if (statement.is(0, "health")) {
    statement.refuse("health");
  } else {
    statement.error("expects 'tcp' or 'http', not '" + statement[0] + "'");
  }
}

void bind(ProxyDraft& draft, const Statement& statement) {
  auto& binds = draft.section.binds;
  for (Bind& bind : parse_bind(statement)) {
    bind.index = static_cast<int>(binds.size()) + 1;
    binds.push_back(std::move(bind));
  }
}

void maxconn(ProxyDraft& draft, const Statement& statement) {
  if (const auto value = statement.integer(0, 0, kCountMax)) {
    draft.section.maxconn = static_cast<std::uint32_t>(*value);
  }
}

void backlog(ProxyDraft& draft, const Statement& statement) {
  if (const auto value = statement.integer(0, 0, kCountMax)) {
    draft.section.backlog = static_cast<std::uint32_t>(*value);
  }
}

void acl(ProxyDraft& draft, const Statement& statement) {
  const std::string& name = statement[0];
  if (const auto error = name_error(name)) return statement.error("name '" + name + "' " + *error);
  if (name == "or" || name == "OR") {
    return statement.error("name '" + name + "' would be read as a disjunction in conditions");
  }
  auto test = parse_acl_test(statement.arguments().subspan(1), statement, draft.read_file);
  // A broken ACL is still defined, lest its uses be reported too.
  auto found = std::ranges::find(draft.acls, name, &NamedAcl::name);
  if (found == draft.acls.end()) {
    draft.acls.push_back({name, {}, statement.where()});
    found = draft.acls.end() - 1;
  }
  if (test) found->tests.push_back(std::move(*test));
}

void use_backend(ProxyDraft& draft, const Statement& statement) {
  const std::string& backend = statement[0];
  UseBackend rule{backend, {}, {}, statement.where()};
  if (backend.find('%') != std::string::npos) {
    auto format = statement.accept(parse_log_format(backend, LogFormatUse::Value));
    if (!format) return;
    rule.format = std::move(*format);
  }
  auto condition = parse_rest(statement.arguments().subspan(1), draft, statement);
  if (!condition) return;
  draft.section.use_backends.push_back(std::move(rule));
  draft.conditions.push_back(std::move(*condition));
}

void default_backend(ProxyDraft& draft, const Statement& statement) {
  draft.section.default_backend = statement[0];
  draft.places.insert_or_assign(statement.keyword(), statement.where());
}

constexpr auto kFrontendKeywords = std::to_array<Keyword<ProxyDraft>>({
    {"mode", "mode tcp|http", 1, 1, mode},
    {.name = "acl",
     .usage = "acl NAME SAMPLE [-i] [-m METHOD] [--] PATTERN...",
     .arguments_min = 2,
     .arguments_max = kAnyNumber,
     .apply = acl,
     .in_defaults = false,
     .in_named_defaults = true},
    {.name = "bind",
     .usage = "bind [ADDRESS]:PORT[,...] [OPTION...], or: bind fd@NUMBER [OPTION...]",
     .arguments_min = 1,
     .arguments_max = kAnyNumber,
     .apply = bind,
     .side = Side::Frontend,
     .in_defaults = false},
    {"maxconn", "maxconn NUMBER", 1, 1, maxconn, Side::Frontend},
    {"backlog", "backlog NUMBER", 1, 1, backlog, Side::Frontend},
    {.name = "use_backend",
     .usage = "use_backend NAME [if|unless CONDITION]",
     .arguments_min = 1,
     .arguments_max = kAnyNumber,
     .apply = use_backend,
     .side = Side::Frontend,
     .in_defaults = false},
    {"default_backend", "default_backend NAME", 1, 1, default_backend, Side::Frontend},
});

}  // namespace

Keywords<ProxyDraft> frontend_keywords() {
  return kFrontendKeywords;
}

}  // namespace wslb::config
