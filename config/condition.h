// Reads `if` and `unless` with the terms after them, and later fills in the ACLs they name.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "config/draft.h"
#include "config/statement.h"

namespace wslb::config {

// `words` begins with `if` or `unless`. As in HAProxy an ACL must be defined above its first use.
[[nodiscard]] std::optional<DraftCondition> parse_condition(std::span<const std::string> words,
                                                            const ProxyDraft& draft,
                                                            const Statement& statement);

// What stands behind the first words of a line: nothing, or a condition.
[[nodiscard]] std::optional<DraftCondition> parse_rest(std::span<const std::string> words,
                                                       const ProxyDraft& draft,
                                                       const Statement& statement);

[[nodiscard]] Condition resolve(const DraftCondition& condition, const ProxyDraft& draft);

// Fills in the ACLs that the rules of a `defaults` name. The sections that begin with these rules
// do not see its ACLs.
void settle_conditions(ProxyDraft& defaults);

}  // namespace wslb::config
