// Who a request says it comes from (Authorization, RFC 7617 and RFC 6750), and whether that is
// true. Passwords are compared in a time that says nothing about them; a hashed one costs what
// crypt(3) costs, for each request that brings a known name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/userlist.h"
#include "proxy/http/fields.h"

namespace wslb::proxy::http {

struct Credentials {
  std::string user;
  std::string password;
};

// What stands before and behind the blank of a field of that name.
struct Authorization {
  std::string_view scheme;
  std::string_view value;
};
[[nodiscard]] std::optional<Authorization> authorization(const Fields& fields,
                                                         std::string_view name = "Authorization");

// Of the scheme Basic; nothing for anything else.
[[nodiscard]] std::optional<Credentials> basic_credentials(const Fields& fields);

// The user of the list that the request comes from; null: it does not.
[[nodiscard]] const config::User* authentic_user(const config::Userlist& list,
                                                 const Fields& fields);

[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace wslb::proxy::http
