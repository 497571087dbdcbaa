#include "proxy/http/credentials.h"

#include <gtest/gtest.h>

namespace wslb::proxy::http {
namespace {

Fields with(std::string_view value) {
  Fields fields;
  fields.add("Authorization", value);
  return fields;
}

TEST(Credentials, AreReadFromBasicAlone) {
  const auto given = basic_credentials(with("basic  YW5uYTpvOm5l"));  // anna:o:ne
  ASSERT_TRUE(given);
  EXPECT_EQ(given->user, "anna");
  EXPECT_EQ(given->password, "o:ne");
  for (const auto* const value :
       {"Basic", "Basic YW5uYQ==", "Basic ====", "Bearer YW5uYTpvbmU=", "BasicYW5uYTpvbmU="}) {
    EXPECT_FALSE(basic_credentials(with(value))) << value;
  }
  EXPECT_FALSE(basic_credentials(Fields()));
}

TEST(Credentials, MakeAnAuthenticUser) {
  config::Userlist list;
  list.users.push_back({"anna", "one", false, {}, {}});
  list.users.push_back({"nobody", "", false, {}, {}});
  const Fields right = with("Basic YW5uYTpvbmU=");
  ASSERT_NE(authentic_user(list, right), nullptr);
  EXPECT_EQ(authentic_user(list, right)->name, "anna");
  EXPECT_EQ(authentic_user(list, with("Basic YW5uYTp0d28=")), nullptr);  // anna:two
  EXPECT_EQ(authentic_user(list, with("Basic bm9ib2R5Og==")), nullptr);  // nobody:
}

TEST(Credentials, HashesAreThoseOfTheSystem) {
  config::Userlist list;
  list.users.push_back(
      {"anna", "$5$abcdefgh$iet8fTBfKMZzZOVY7rWTv0eLF9ZFTffYJsMMFyJxaHB", true, {}, {}});
  EXPECT_NE(authentic_user(list, with("Basic YW5uYTp0d28=")), nullptr);
  EXPECT_EQ(authentic_user(list, with("Basic YW5uYTpvbmU=")), nullptr);
  list.users[0].password = "no hash";
  EXPECT_EQ(authentic_user(list, with("Basic YW5uYTp0d28=")), nullptr);
}

}  // namespace
}  // namespace wslb::proxy::http
