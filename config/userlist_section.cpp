// The `userlist` section.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "config/check.h"
#include "config/comma_list.h"
#include "config/dispatch.h"
#include "config/section.h"

namespace wslb::config {
namespace {

void group(UserlistDraft& draft, const Statement& statement) {
  const std::string& name = statement[0];
  if (std::ranges::count(draft.list.groups, name) > 0) {
    return statement.error("'" + name + "' was given before");
  }
  draft.list.groups.push_back(name);
  if (statement.size() == 1) return;
  if (!statement.is(1, "users") || statement.size() != 3) {
    return statement.error("expects: group NAME [users USER,...]");
  }
  for (const std::string_view user : split_at_commas(statement[2])) {
    draft.members.push_back({name, std::string(user), statement.where()});
  }
}

void user(UserlistDraft& draft, const Statement& statement) {
  User read;
  read.name = statement[0];
  read.where = statement.where();
  if (std::ranges::count(draft.list.users, read.name, &User::name) > 0) {
    return statement.error("'" + read.name + "' was given before");
  }
  for (std::size_t i = 1; i < statement.size(); i += 2) {
    const std::string& word = statement[i];
    if (i + 1 == statement.size())
      return statement.error("expects something behind '" + word + "'");
    if (word == "password" || word == "insecure-password") {
      read.hashed = word == "password";
      read.password = statement[i + 1];
    } else if (word == "groups") {
      for (const std::string_view group : split_at_commas(statement[i + 1])) {
        draft.members.push_back({std::string(group), read.name, statement.where()});
      }
    } else {
      return statement.error("knows no '" + word +
                             "', only 'password', 'insecure-password' and 'groups'");
    }
  }
  if (read.password.empty()) {
    statement.warning("'" + read.name + "' has no password and never gets in");
  }
  draft.list.users.push_back(std::move(read));
}

constexpr auto kUserlistKeywords = std::to_array<Keyword<UserlistDraft>>({
    {"group", "group NAME [users USER,...]", 1, 3, group},
    {"user", "user NAME [password HASH|insecure-password TEXT] [groups GROUP,...]", 1, 5, user},
});

}  // namespace

Keywords<UserlistDraft> userlist_keywords() {
  return kUserlistKeywords;
}

void read_userlist_line(const Line& line, UserlistDraft& draft, Diagnostics& diagnostics) {
  dispatch<UserlistDraft>(line, kUserlistKeywords, {.name = "userlist"}, draft, diagnostics);
}

Userlist complete_userlist(UserlistDraft& draft, Diagnostics& diagnostics) {
  for (const UserlistDraft::Member& member : draft.members) {
    const auto user = std::ranges::find(draft.list.users, member.user, &User::name);
    if (user == draft.list.users.end()) {
      diagnostics.error(member.where,
                        "the userlist '" + draft.list.name + "' has no user '" + member.user + "'");
    } else if (std::ranges::count(draft.list.groups, member.group) == 0) {
      diagnostics.error(member.where, "the userlist '" + draft.list.name + "' has no group '" +
                                          member.group + "'");
    } else {
      user->groups.push_back(member.group);
    }
  }
  return draft.list;
}

}  // namespace wslb::config
