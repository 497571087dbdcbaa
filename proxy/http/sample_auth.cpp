#include "proxy/http/sample_auth.h"

#include <algorithm>
#include <string>

#include "proxy/http/characters.h"
#include "proxy/http/credentials.h"

namespace wslb::proxy::http {
namespace {

using config::Fetch;

const config::User* user_of(const config::Sample& sample, const Transaction& transaction) {
  if (transaction.live == nullptr) return nullptr;
  const config::Userlist* const list = transaction.live->userlist(sample.name);
  return list == nullptr ? nullptr : authentic_user(*list, transaction.request->fields);
}

}  // namespace

std::optional<Value> auth_value(const config::Sample& sample, const Transaction& transaction) {
  const Fields& fields = transaction.request->fields;
  if (sample.fetch == Fetch::AuthenticUser) {
    if (!basic_credentials(fields)) return std::nullopt;
    return Value::of(user_of(sample, transaction) != nullptr);
  }
  if (sample.fetch == Fetch::AuthenticGroup) {
    const config::User* const user = user_of(sample, transaction);
    if (user == nullptr) return std::nullopt;
    return Value::view(user->name);
  }
  if (sample.fetch == Fetch::AuthUser || sample.fetch == Fetch::AuthPassword) {
    auto given = basic_credentials(fields);
    if (!given) return std::nullopt;
    return Value::text(sample.fetch == Fetch::AuthUser ? std::move(given->user)
                                                       : std::move(given->password));
  }
  const bool bearer = sample.fetch == Fetch::AuthBearer;
  const auto given =
      authorization(fields, bearer && !sample.name.empty() ? sample.name : "Authorization");
  if (!given) return std::nullopt;
  const bool has_token = equal_ignoring_case(given->scheme, "Bearer");
  // Another scheme, or credentials that cannot be read, are as good as none.
  if (has_token) return Value::view(bearer ? given->value : std::string_view("Bearer"));
  if (bearer || !basic_credentials(fields)) return std::nullopt;
  return Value::view("Basic");
}

bool any_auth_group(const config::Sample& sample, const Transaction& transaction,
                    const std::function<bool(const Value&)>& visit) {
  const config::User* const user = user_of(sample, transaction);
  return user != nullptr && std::ranges::any_of(user->groups, [&](const std::string& group) {
           return visit(Value::view(group));
         });
}

}  // namespace wslb::proxy::http
